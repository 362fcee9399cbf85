// What crictl asks of a CRI socket, asked with the client library that crictl and the kubelet use, which refuses answers that lack what
// Kubernetes needs: `go_client SOCKET CALL [ID]` prints one JSON object a line.
//
// test/support/debian/go_program.sh builds it with Debian's Go and sources; test/nightly/cri_go_client.ts runs it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	remote "k8s.io/cri-client/pkg"
)

func say(message any) error {
	return json.NewEncoder(os.Stdout).Encode(message)
}

func sayAll[A any](messages []A, err error) error {
	for _, message := range messages {
		if err == nil {
			err = say(message)
		}
	}
	return err
}

func sayOne[A any](message A, err error) error {
	if err != nil {
		return err
	}
	return say(message)
}

func ask(ctx context.Context, endpoint, call, id string) error {
	runtime, err := remote.NewRemoteRuntimeService(ctx, endpoint, 10*time.Second, nil, false)
	if err != nil {
		return err
	}
	switch call {
	case "version":
		return sayOne(runtime.Version(ctx, "v1"))
	case "info":
		return sayOne(runtime.Status(ctx, true))
	case "ps":
		return sayAll(runtime.ListContainers(ctx, &runtimeapi.ContainerFilter{}))
	case "pods":
		return sayAll(runtime.ListPodSandbox(ctx, &runtimeapi.PodSandboxFilter{}))
	case "inspect":
		return sayOne(runtime.ContainerStatus(ctx, id, true))
	case "inspectp":
		return sayOne(runtime.PodSandboxStatus(ctx, id, true))
	case "events":
		events := make(chan *runtimeapi.ContainerEventResponse)
		go func() {
			for event := range events {
				_ = say(event)
			}
		}()
		return runtime.GetContainerEvents(ctx, events, nil)
	case "images":
		images, err := remote.NewRemoteImageService(ctx, endpoint, 10*time.Second, nil, false)
		if err != nil {
			return err
		}
		return sayAll(images.ListImages(ctx, &runtimeapi.ImageFilter{}))
	}
	return fmt.Errorf("wanted a call that crictl makes, found %q", call)
}

func main() {
	id := ""
	if len(os.Args) > 3 {
		id = os.Args[3]
	}
	if err := ask(context.Background(), "unix://"+os.Args[1], os.Args[2], id); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
