/**
 * containerd as the reaper sees it: exactly the calls it makes, typed, cancellable, each in a namespace that is named.
 * Decides how the connections are kept; knows nothing of time limits, retries and what an answer means.
 *
 * @module
 */
import { Client, type ClientOptions, credentials, status } from '@grpc/grpc-js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import { callFailed, isClass, type ShellError } from '../errors.ts'
import { type Container, ContainersService } from '../proto/gen/containerd/containers.ts'
import { EventsService } from '../proto/gen/containerd/events.ts'
import { type Image, ImagesService } from '../proto/gen/containerd/images.ts'
import { IntrospectionService, type ServerResponse } from '../proto/gen/containerd/introspection.ts'
import {
  ControllerService,
  type ControllerStatusResponse,
  type ControllerWaitResponse,
  StoreService,
} from '../proto/gen/containerd/sandbox.ts'
import type { Process } from '../proto/gen/containerd/task.ts'
import { type DeleteResponse, TasksService, type WaitResponse } from '../proto/gen/containerd/tasks.ts'
import type { Envelope, Metric, Sandbox } from '../proto/gen/containerd/types.ts'
import { type VersionResponse, VersionService } from '../proto/gen/containerd/version.ts'
import type { Any } from '../proto/gen/google/protobuf/any.ts'
import type { Cancellable } from '../task/cancellable.ts'
import { socketPath } from './address.ts'
import { type OnMessage, serverStream } from './stream.ts'
import { type Target, unary } from './unary.ts'

/** What a call gives: an action that ends with containerd's answer or a classified error, and whose abort cancels the RPC. */
export type Call<A> = Cancellable<ShellError, A>

/** The calls the reaper makes. Names are `service` + `method`; the first argument of most is the containerd namespace. */
export interface Containerd {
  readonly version: () => Call<VersionResponse>
  /** `uuid` stays over restarts of containerd; `uuid` and `pid` together name one run of it (pid 0 before 1.6.39 and 1.7). */
  readonly server: () => Call<ServerResponse>
  /**
   * Events of all namespaces that match one of `filters`, from about now on. There is no word when it begins: subscribe first, then
   * list. It ends only with an error or, when containerd stops in an orderly way, perhaps without one.
   */
  readonly subscribe: (filters: ReadonlyArray<string>, onEnvelope: OnMessage<Envelope>) => Call<void>
  readonly publish: (namespace: string, topic: string, event: Any) => Call<void>
  readonly taskGet: (namespace: string, id: string) => Call<Process>
  /** Tasks whose shim does not answer are left out by containerd, without a word. */
  readonly taskList: (namespace: string) => Call<ReadonlyArray<Process>>
  /** Ends when the task has exited; at once when it had already. The answer does not say which run it speaks of. */
  readonly taskWait: (namespace: string, id: string) => Call<WaitResponse>
  /** SIGKILL to every process of the task. */
  readonly taskKill: (namespace: string, id: string) => Call<void>
  /** Not to be aborted: the cut reaches the shim, which leaves `runc delete` half-way. Share it (single_flight.ts) instead. */
  readonly taskDelete: (namespace: string, id: string) => Call<DeleteResponse>
  /** Changes the resources of a task that runs: LinuxResources of the OCI runtime spec, as JSON. */
  readonly taskUpdate: (namespace: string, id: string, resources: Any) => Call<void>
  /** `undefined` when containerd has none: tasks whose figures cannot be read are left out of its answer. */
  readonly taskMetrics: (namespace: string, id: string) => Call<Metric | undefined>
  readonly containerGet: (namespace: string, id: string) => Call<Container>
  readonly containerList: (namespace: string, filters: ReadonlyArray<string>) => Call<ReadonlyArray<Container>>
  readonly imageGet: (namespace: string, name: string) => Call<Image>
  readonly sandboxList: (namespace: string) => Call<ReadonlyArray<Sandbox>>
  readonly sandboxWait: (namespace: string, id: string, sandboxer: string) => Call<ControllerWaitResponse>
  readonly sandboxStatus: (namespace: string, id: string, sandboxer: string) => Call<ControllerStatusResponse>
  /** Ends the connections. Calls in flight end as `Disconnected` or `Cancelled`, later ones fail. */
  readonly close: () => void
}

/** How to reach containerd. */
export interface ConnectOptions {
  /** Its socket: a path, or `unix:` and a path. */
  readonly address: string
}

const channelOptions: ClientOptions = {
  'grpc.max_receive_message_length': 16 * 1024 * 1024, // what containerd itself allows; a list of many containers is large
  'grpc.max_send_message_length': 16 * 1024 * 1024,
  'grpc.enable_retries': 0, // tries would multiply with ours
  // A restarted containerd is found fast: shims publish the exits of its absence again, for a few seconds only. An attempt costs next to
  // nothing on a unix socket, so the waits do not grow.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 100,
  'grpc.use_local_subchannel_pool': 1, // else two clients of one address would share a connection
}

const sigkill = 9

/**
 * A client of the containerd at `address`. Connects with its first call, and again by itself whenever the connection was lost; a call
 * made while there is none fails as `Disconnected` instead of waiting.
 *
 * Calls that live long (Wait, Subscribe) have a connection of their own, so that however many there are, and however slowly events
 * are taken, a Delete is not behind them.
 *
 * @example A socket that is not there
 * ```ts
 * import assert from 'node:assert/strict'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { connect } from 'containerd-reaper/shell'
 *
 * const containerd = connect({ address: '/nowhere/containerd.sock' })
 * const answer = await containerd.taskGet('ci-jobs', 'web-1')({ signal: new AbortController().signal })()
 * assert.ok(E.isLeft(answer) && answer.left._tag === 'CallFailed' && answer.left.class === 'Disconnected')
 * containerd.close()
 * ```
 */
export const connect = ({ address }: ConnectOptions): Containerd => {
  const target = `unix:${socketPath(address)}`
  const calls = new Client(target, credentials.createInsecure(), channelOptions)
  const longCalls = new Client(target, credentials.createInsecure(), channelOptions)
  const to = (namespace: string): Target => ({ client: calls, namespace })
  const longTo = (namespace: string): Target => ({ client: longCalls, namespace })

  const listStreamed = (namespace: string, filters: ReadonlyArray<string>): Call<ReadonlyArray<Container>> => (scope) => () => {
    const containers: Array<Container> = []
    const collect = serverStream(to(namespace), ContainersService.listStream, { filters }, ({ container }) => {
      if (container !== undefined) containers.push(container)
      return undefined
    })
    return RTE.map(() => containers)(collect)(scope)()
  }
  const listWhole = (namespace: string, filters: ReadonlyArray<string>): Call<ReadonlyArray<Container>> =>
    pipe(unary(to(namespace), ContainersService.list, { filters }), RTE.map(({ containers }) => containers))

  return {
    version: () => unary({ client: calls }, VersionService.version, {}),
    server: () => unary({ client: calls }, IntrospectionService.server, {}),
    subscribe: (filters, onEnvelope) => serverStream({ client: longCalls }, EventsService.subscribe, { filters }, onEnvelope),
    publish: (namespace, topic, event) => nothing(unary(to(namespace), EventsService.publish, { topic, event })),
    taskGet: (namespace, id) =>
      pipe(
        unary(to(namespace), TasksService.get, { containerId: id, execId: '' }),
        RTE.flatMap(({ process }) => present('Tasks.Get', process)),
      ),
    taskList: (namespace) => pipe(unary(to(namespace), TasksService.list, { filter: '' }), RTE.map(({ tasks }) => tasks)),
    taskWait: (namespace, id) => unary(longTo(namespace), TasksService.wait, { containerId: id, execId: '' }),
    taskKill: (namespace, id) =>
      nothing(unary(to(namespace), TasksService.kill, { containerId: id, execId: '', signal: sigkill, all: true })),
    taskDelete: (namespace, id) => unary(to(namespace), TasksService.delete, { containerId: id }),
    taskUpdate: (namespace, id, resources) =>
      nothing(unary(to(namespace), TasksService.update, { containerId: id, resources, annotations: new Map() })),
    taskMetrics: (namespace, id) =>
      pipe(
        unary(to(namespace), TasksService.metrics, { filters: [`id==${id}`] }),
        RTE.map(({ metrics }) => metrics.find((metric) => metric.id === id)),
      ),
    containerGet: (namespace, id) =>
      pipe(unary(to(namespace), ContainersService.get, { id }), RTE.flatMap(({ container }) => present('Containers.Get', container))),
    containerList: (namespace, filters) =>
      pipe(
        listStreamed(namespace, filters),
        RTE.orElse((error) => isClass('Unimplemented')(error) ? listWhole(namespace, filters) : RTE.left(error)),
      ),
    imageGet: (namespace, name) =>
      pipe(unary(to(namespace), ImagesService.get, { name }), RTE.flatMap(({ image }) => present('Images.Get', image))),
    sandboxList: (namespace) => pipe(unary(to(namespace), StoreService.list, { filters: [] }), RTE.map(({ list }) => list)),
    sandboxWait: (namespace, id, sandboxer) => unary(longTo(namespace), ControllerService.wait, { sandboxId: id, sandboxer }),
    sandboxStatus: (namespace, id, sandboxer) =>
      unary(to(namespace), ControllerService.status, { sandboxId: id, sandboxer, verbose: false }),
    close: () => {
      calls.close()
      longCalls.close()
    },
  }
}

const nothing = (call: Call<unknown>): Call<void> => pipe(call, RTE.map(() => undefined))

/** containerd fills these always; one that does not is not one we can work with. */
const present = <A>(call: string, value: A | undefined): Call<A> =>
  value === undefined ? RTE.left(callFailed({ class: 'Unknown', call, code: status.OK, message: 'the answer is empty' })) : RTE.right(value)
