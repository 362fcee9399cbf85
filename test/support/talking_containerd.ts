/** A server that answers as containerd would, shows a test what it saw, and leaves Waits and streams to the test. */
import { type sendUnaryData, type ServerUnaryCall, type ServerWritableStream, status } from '@grpc/grpc-js'
import { connect, type Containerd } from '../../shell/containerd/client.ts'
import { EventsService, type SubscribeRequest } from '../../shell/proto/gen/containerd/events.ts'
import { Process } from '../../shell/proto/gen/containerd/task.ts'
import {
  type GetRequest,
  type GetResponse,
  TasksService,
  type WaitRequest,
  type WaitResponse,
} from '../../shell/proto/gen/containerd/tasks.ts'
import type { Envelope } from '../../shell/proto/gen/containerd/types.ts'
import { waitFor } from './wait_for.ts'
import { type WireServer, withWireServer } from './wire_server.ts'

/** An environment whose signal nobody aborts. */
export const scope = (): { readonly signal: AbortSignal } => ({ signal: new AbortController().signal })

export const envelope = (topic: string): Envelope => ({ timestamp: undefined, namespace: 'ci', topic, event: undefined })

/** What the server's side saw, and the levers it gives to the test. */
export interface Seen {
  readonly namespaces: Array<string>
  readonly deadlines: Array<unknown>
  waits: number
  cancelledWaits: number
  cancelledSubscribes: number
  subscriber: ServerWritableStream<SubscribeRequest, Envelope> | undefined
}

/** Starts such a server and a client of it. */
export const withContainerd = (use: (containerd: Containerd, seen: Seen, server: WireServer) => Promise<void>): Promise<void> => {
  const seen: Seen = { namespaces: [], deadlines: [], waits: 0, cancelledWaits: 0, cancelledSubscribes: 0, subscriber: undefined }
  const tasks = {
    get: (call: ServerUnaryCall<GetRequest, GetResponse>, answer: sendUnaryData<GetResponse>) => {
      seen.namespaces.push(...call.metadata.get('containerd-namespace').map(String))
      seen.deadlines.push(call.getDeadline())
      if (call.request.containerId === 'nothing') answer({ code: status.NOT_FOUND, details: 'task nothing not found' })
      else {answer(null, {
          process: call.request.containerId === 'empty' ? undefined : Process.fromPartial({ id: call.request.containerId, pid: 7 }),
        })}
    },
    wait: (call: ServerUnaryCall<WaitRequest, WaitResponse>) => {
      seen.waits += 1
      call.on('cancelled', () => seen.cancelledWaits += 1)
    },
  }
  const events = {
    subscribe: (call: ServerWritableStream<SubscribeRequest, Envelope>) => {
      seen.subscriber = call
      call.on('cancelled', () => seen.cancelledSubscribes += 1)
    },
  }
  return withWireServer([[TasksService, tasks], [EventsService, events]], async (server) => {
    const containerd = connect({ address: server.address })
    try {
      await use(containerd, seen, server)
    } finally {
      containerd.close()
    }
  })
}

/** The server's side of the stream, once there is one. */
export const subscribed = (seen: Seen): Promise<ServerWritableStream<SubscribeRequest, Envelope>> =>
  waitFor(() => seen.subscriber, { what: 'the subscription' })
