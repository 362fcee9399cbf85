// A plugin on NRI's own stub that says on its standard output what it is told, and asks for a change with every stop. With an argument
// it connects to that socket; without, it uses the one it was started with.
//
// test/support/debian/go_program.sh builds it with Debian's Go and NRI sources; test/nightly/nri_go_plugin.ts runs it.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/containerd/nri/pkg/api"
	"github.com/containerd/nri/pkg/stub"
)

type plugin struct{}

func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func (*plugin) Synchronize(_ context.Context, pods []*api.PodSandbox, containers []*api.Container) ([]*api.ContainerUpdate, error) {
	say("Synchronize pods=%d containers=%d", len(pods), len(containers))
	return nil, nil
}

func (*plugin) StopContainer(_ context.Context, pod *api.PodSandbox, container *api.Container) ([]*api.ContainerUpdate, error) {
	say("StopContainer %s in %s state=%s", container.GetId(), pod.GetId(), container.GetState())
	update := &api.ContainerUpdate{}
	update.SetContainerId("other")
	update.SetLinuxCPUShares(512)
	return []*api.ContainerUpdate{update}, nil
}

func (*plugin) RemoveContainer(_ context.Context, _ *api.PodSandbox, container *api.Container) error {
	say("RemoveContainer %s", container.GetId())
	return nil
}

func (*plugin) StopPodSandbox(_ context.Context, pod *api.PodSandbox) error {
	say("StopPodSandbox %s", pod.GetId())
	return nil
}

func main() {
	options := []stub.Option{stub.WithOnClose(func() {
		say("closed")
		os.Exit(0)
	})}
	if len(os.Args) > 1 {
		options = append(options, stub.WithPluginName("logger"), stub.WithPluginIdx("10"), stub.WithSocketPath(os.Args[1]))
	}
	running, err := stub.New(&plugin{}, options...)
	if err == nil {
		err = running.Run(context.Background())
	}
	if err != nil {
		say("failed: %v", err)
		os.Exit(1)
	}
}
