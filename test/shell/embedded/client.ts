/** A plain grpc-js client for the tests of the embedded containerd: promises, no retries, nothing of the shell's own client. */
import { type CallOptions, type ClientUnaryCall, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { ContainersClient } from '../../../shell/proto/gen/containerd/containers.ts'
import { EventsClient } from '../../../shell/proto/gen/containerd/events.ts'
import { ImagesClient } from '../../../shell/proto/gen/containerd/images.ts'
import { IntrospectionClient } from '../../../shell/proto/gen/containerd/introspection.ts'
import { NamespacesClient } from '../../../shell/proto/gen/containerd/namespaces.ts'
import { ControllerClient, StoreClient } from '../../../shell/proto/gen/containerd/sandbox.ts'
import { TasksClient } from '../../../shell/proto/gen/containerd/tasks.ts'
import { type Envelope } from '../../../shell/proto/gen/containerd/types.ts'
import { VersionClient } from '../../../shell/proto/gen/containerd/version.ts'
import { HealthClient } from '../../../shell/proto/gen/grpc/health.ts'

type Unary<Req, Res> = (
  request: Req,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Res) => void,
) => ClientUnaryCall

export interface Asking {
  /** Default: `default`. Empty: no header. */
  readonly namespace?: string
  readonly deadlineMs?: number
  /** Gets what cancels the call. */
  readonly onCall?: (cancel: () => void) => void
}

export const metadataFor = (namespace: string): Metadata => {
  const metadata = new Metadata()
  if (namespace !== '') metadata.set('containerd-namespace', namespace)
  return metadata
}

/** Calls and gives the answer; rejects with the error's code and details. */
export const ask = <Req, Res>(method: Unary<Req, Res>, request: Req, asking: Asking = {}): Promise<Res> =>
  new Promise((resolve, reject) => {
    const options = asking.deadlineMs === undefined ? {} : { deadline: Date.now() + asking.deadlineMs }
    const call = method(request, metadataFor(asking.namespace ?? 'default'), options, (error, response) => {
      if (error === null) resolve(response)
      else reject(error)
    })
    asking.onCall?.(() => call.cancel())
  })

/** How a call failed, as `[code, details]`; a call that did not fail rejects. */
export const refusalOf = async (call: Promise<unknown>): Promise<readonly [number, string]> => {
  const outcome = await call.then(() => undefined, (error: ServiceError) => [error.code, error.details] as const)
  if (outcome === undefined) throw new Error('wanted a refusal, found an answer')
  return outcome
}

const channel = { 'grpc.enable_retries': 0, 'grpc.initial_reconnect_backoff_ms': 20, 'grpc.max_reconnect_backoff_ms': 50 }

const bound = <C extends object>(client: C): C =>
  new Proxy(client, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name)
      return typeof found === 'function' ? found.bind(target) : found
    },
  })

export interface Clients {
  readonly tasks: TasksClient
  readonly containers: ContainersClient
  readonly images: ImagesClient
  readonly namespaces: NamespacesClient
  readonly events: EventsClient
  readonly store: StoreClient
  readonly controller: ControllerClient
  readonly version: VersionClient
  readonly introspection: IntrospectionClient
  readonly health: HealthClient
  readonly close: () => void
}

export const connect = (target: string): Clients => {
  const insecure = credentials.createInsecure()
  const tasks = bound(new TasksClient(target, insecure, channel))
  const containers = bound(new ContainersClient(target, insecure, channel))
  const images = bound(new ImagesClient(target, insecure, channel))
  const namespaces = bound(new NamespacesClient(target, insecure, channel))
  const events = bound(new EventsClient(target, insecure, channel))
  const store = bound(new StoreClient(target, insecure, channel))
  const controller = bound(new ControllerClient(target, insecure, channel))
  const version = bound(new VersionClient(target, insecure, channel))
  const introspection = bound(new IntrospectionClient(target, insecure, channel))
  const health = bound(new HealthClient(target, insecure, channel))
  const all = [tasks, containers, images, namespaces, events, store, controller, version, introspection, health]
  return {
    tasks,
    containers,
    images,
    namespaces,
    events,
    store,
    controller,
    version,
    introspection,
    health,
    close: () => all.forEach((client) => client.close()),
  }
}

/** A subscription that keeps what comes: its events so far, and how it ended. */
export interface Subscription {
  readonly seen: Array<Envelope>
  readonly topics: () => ReadonlyArray<string>
  readonly ended: Promise<number>
  readonly end: () => void
}

export const subscribe = (clients: Clients, filters: ReadonlyArray<string> = []): Subscription => {
  const seen: Array<Envelope> = []
  const stream = clients.events.subscribe({ filters }, new Metadata())
  stream.on('data', (envelope: Envelope) => seen.push(envelope))
  const ended = new Promise<number>((resolve) => {
    stream.once('error', (error: ServiceError) => resolve(error.code))
    stream.once('end', () => resolve(0))
  })
  return { seen, topics: () => seen.map(({ topic }) => topic), ended, end: () => stream.cancel() }
}
