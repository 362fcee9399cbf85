/**
 * Registers every service on one gRPC server: the list of what the stand speaks.
 *
 * @module
 */
import { type Server } from '@grpc/grpc-js'
import { ContainersService } from '../proto/gen/containerd/containers.ts'
import { EventsService } from '../proto/gen/containerd/events.ts'
import { ImagesService } from '../proto/gen/containerd/images.ts'
import { IntrospectionService } from '../proto/gen/containerd/introspection.ts'
import { NamespacesService } from '../proto/gen/containerd/namespaces.ts'
import { ControllerService, StoreService } from '../proto/gen/containerd/sandbox.ts'
import { TasksService } from '../proto/gen/containerd/tasks.ts'
import { VersionService } from '../proto/gen/containerd/version.ts'
import { HealthService } from '../proto/gen/grpc/health.ts'
import { containersServer } from './containers_service.ts'
import { type Daemon } from './daemon.ts'
import { healthServer, introspectionServer, namespacesServer, versionServer } from './daemon_service.ts'
import { eventsServer } from './events_service.ts'
import { type Exchange } from './exchange.ts'
import { imagesServer } from './images_service.ts'
import { type Rpc } from './rpc.ts'
import { controllerServer, type SandboxMode, storeServer } from './sandboxes_service.ts'
import { type Records } from './state.ts'
import { tasksServer } from './tasks_service.ts'

export interface Served {
  readonly version: string
  readonly identity: () => { readonly uuid: string; readonly pid: bigint }
  readonly sandboxes: SandboxMode
  readonly daemon: Daemon
  readonly exchange: Exchange
  readonly records: Records
  readonly rpc: Rpc
  /** How long Get and List wait for a task whose shim is busy deleting it. */
  readonly stateLimitMs: number
}

/** A service that is not registered answers UNIMPLEMENTED, as an old daemon does. */
export const register =
  ({ version, identity, sandboxes, daemon, exchange, records, rpc, stateLimitMs }: Served) => (server: Server): void => {
    server.addService(VersionService, versionServer(version, rpc))
    server.addService(HealthService, healthServer(rpc))
    server.addService(IntrospectionService, introspectionServer(identity, rpc))
    server.addService(NamespacesService, namespacesServer(records, exchange, rpc))
    server.addService(ContainersService, containersServer(records, exchange, rpc))
    server.addService(TasksService, tasksServer({ daemon, records, rpc, stateLimitMs }))
    server.addService(EventsService, eventsServer(exchange, rpc))
    server.addService(ImagesService, imagesServer(records, exchange, rpc))
    if (sandboxes === 'absent') return
    server.addService(StoreService, storeServer(records, rpc))
    server.addService(ControllerService, controllerServer(records, exchange, sandboxes, rpc))
  }
