/** The names on the wire: a package, service or method that is spelt otherwise is another method, and containerd says so only when it is called. */
import assert from 'node:assert/strict'
import { ContainersService } from '../../shell/proto/gen/containerd/containers.ts'
import { EventsService } from '../../shell/proto/gen/containerd/events.ts'
import { ImagesService } from '../../shell/proto/gen/containerd/images.ts'
import { IntrospectionService } from '../../shell/proto/gen/containerd/introspection.ts'
import { NamespacesService } from '../../shell/proto/gen/containerd/namespaces.ts'
import { ControllerService, StoreService } from '../../shell/proto/gen/containerd/sandbox.ts'
import { TasksService } from '../../shell/proto/gen/containerd/tasks.ts'
import { VersionService } from '../../shell/proto/gen/containerd/version.ts'
import { ImageServiceService, RuntimeServiceService } from '../../shell/proto/gen/cri/runtime.ts'
import { HealthService } from '../../shell/proto/gen/grpc/health.ts'
import type { Vector } from '../support/property.ts'

interface Method {
  readonly path: string
  readonly responseStream: boolean
}

/** `/Service/Method`, with a mark on those that answer with a stream. */
const pathsOf = (service: object): ReadonlyArray<string> =>
  Object.values<Method>({ ...service }).map(({ path, responseStream }) => (responseStream ? `${path} (stream)` : path))

const wanted: ReadonlyArray<readonly [object, string, ReadonlyArray<string>]> = [
  [TasksService, 'containerd.services.tasks.v1.Tasks', [
    ...[
      'Create',
      'Start',
      'Delete',
      'DeleteProcess',
      'Get',
      'List',
      'Kill',
      'Exec',
      'Pause',
      'Resume',
      'ListPids',
      'Update',
      'Metrics',
      'Wait',
    ],
  ]],
  [ContainersService, 'containerd.services.containers.v1.Containers', ['Get', 'List', 'ListStream (stream)', 'Create', 'Update', 'Delete']],
  [EventsService, 'containerd.services.events.v1.Events', ['Publish', 'Forward', 'Subscribe (stream)']],
  [NamespacesService, 'containerd.services.namespaces.v1.Namespaces', ['Get', 'List', 'Create', 'Delete']],
  [ImagesService, 'containerd.services.images.v1.Images', ['Get', 'List', 'Create', 'Update', 'Delete']],
  [StoreService, 'containerd.services.sandbox.v1.Store', ['Create', 'Delete', 'List', 'Get']],
  [ControllerService, 'containerd.services.sandbox.v1.Controller', ['Create', 'Start', 'Stop', 'Wait', 'Status', 'Shutdown']],
  [VersionService, 'containerd.services.version.v1.Version', ['Version']],
  [IntrospectionService, 'containerd.services.introspection.v1.Introspection', ['Plugins', 'Server']],
  [HealthService, 'grpc.health.v1.Health', ['Check']],
  [RuntimeServiceService, 'runtime.v1.RuntimeService', [
    ...['Version', 'PodSandboxStatus', 'ListPodSandbox', 'ListContainers', 'ContainerStatus', 'Status', 'GetContainerEvents (stream)'],
  ]],
  [ImageServiceService, 'runtime.v1.ImageService', ['ListImages', 'ImageStatus', 'ImageFsInfo']],
]

export const cases: ReadonlyArray<Vector> = wanted.map(([service, name, methods]) => ({
  name: `${name} has the methods that containerd knows, by their names`,
  run: () => assert.deepEqual(pathsOf(service), methods.map((method) => `/${name}/${method}`)),
}))
