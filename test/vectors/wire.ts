/** What only a real connection shows: cancelling, back-pressure, lost connections. On both runtimes, against grpc-js's own server. */
import { type sendUnaryData, type ServerUnaryCall, type ServerWritableStream, status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import assert from 'node:assert/strict'
import { systemClock } from '../../shell/clock.ts'
import { connect, type Containerd } from '../../shell/containerd/client.ts'
import { callFailed, cancelled, isTransient } from '../../shell/errors.ts'
import {
  Container,
  ContainersService,
  type ListContainerMessage,
  type ListContainersRequest,
} from '../../shell/proto/gen/containerd/containers.ts'
import { EventsService, type SubscribeRequest } from '../../shell/proto/gen/containerd/events.ts'
import {
  type GetRequest,
  type GetResponse,
  TasksService,
  type WaitRequest,
  type WaitResponse,
} from '../../shell/proto/gen/containerd/tasks.ts'
import { Process } from '../../shell/proto/gen/containerd/task.ts'
import type { Envelope } from '../../shell/proto/gen/containerd/types.ts'
import { quickRetries, withRetry } from '../../shell/task/retry.ts'
import type { Vector } from '../support/property.ts'
import { settle } from '../support/virtual_clock.ts'
import { waitFor } from '../support/wait_for.ts'
import { type WireServer, withWireServer } from '../support/wire_server.ts'

const scope = () => ({ signal: new AbortController().signal })
const envelope = (topic: string): Envelope => ({ timestamp: undefined, namespace: 'ci', topic, event: undefined })

/** What the server's side saw, and the levers it gives to the test. */
interface Seen {
  readonly namespaces: Array<string>
  readonly deadlines: Array<unknown>
  waits: number
  cancelledWaits: number
  cancelledSubscribes: number
  subscriber: ServerWritableStream<SubscribeRequest, Envelope> | undefined
}

const withContainerd = (use: (containerd: Containerd, seen: Seen, server: WireServer) => Promise<void>): Promise<void> => {
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

const subscribed = (seen: Seen): Promise<ServerWritableStream<SubscribeRequest, Envelope>> =>
  waitFor(() => seen.subscriber, { what: 'the subscription' })

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'wire: a call carries its namespace and no deadline, and gives the answer',
    run: () =>
      withContainerd(async (containerd, seen) => {
        const answer = await containerd.taskGet('ci', 'web-1')(scope())()
        assert.ok(E.isRight(answer))
        assert.equal(answer.right.pid, 7)
        assert.deepEqual(seen.namespaces, ['ci'])
        assert.deepEqual(seen.deadlines, [Infinity])
      }),
  },
  {
    name: 'wire: a refused call gives its class, its name and the text',
    run: () =>
      withContainerd(async (containerd) => {
        const answer = await containerd.taskGet('ci', 'nothing')(scope())()
        assert.deepEqual(answer, E.left(callFailed({ class: 'NotFound', call: 'Tasks.Get', code: 5, message: 'task nothing not found' })))
      }),
  },
  {
    name: 'wire: an answer without the thing asked for is an error',
    run: () =>
      withContainerd(async (containerd) => {
        const answer = await containerd.taskGet('ci', 'empty')(scope())()
        assert.deepEqual(answer, E.left(callFailed({ class: 'Unknown', call: 'Tasks.Get', code: 0, message: 'the answer is empty' })))
      }),
  },
  {
    name: 'wire: a method that containerd does not have is Unimplemented',
    run: () =>
      withContainerd(async (containerd) => {
        const answer = await containerd.sandboxList('ci')(scope())()
        assert.ok(E.isLeft(answer) && answer.left._tag === 'CallFailed' && answer.left.class === 'Unimplemented')
      }),
  },
  {
    name: 'wire: an abort reaches the server, and the call ends as cancelled',
    run: () =>
      withContainerd(async (containerd, seen) => {
        const stop = new AbortController()
        const waiting = containerd.taskWait('ci', 'web-1')({ signal: stop.signal })()
        await waitFor(() => seen.waits === 1, { what: 'the call' })
        stop.abort()
        assert.deepEqual(await waiting, E.left(cancelled))
        await waitFor(() => seen.cancelledWaits === 1, { what: 'the cancel' })
      }),
  },
  {
    name: 'wire: an action that is aborted before it starts makes no call',
    run: () =>
      withContainerd(async (containerd, seen) => {
        const aborted = { signal: AbortSignal.abort() }
        assert.deepEqual(await containerd.taskWait('ci', 'web-1')(aborted)(), E.left(cancelled))
        assert.deepEqual(await containerd.subscribe([], () => undefined)(aborted)(), E.left(cancelled))
        await containerd.taskGet('ci', 'web-1')(scope())()
        assert.equal(seen.waits, 0)
        assert.equal(seen.subscriber, undefined)
      }),
  },
  {
    name: 'wire: a lost connection ends waits and streams as Disconnected; a quick retry finds the server that came back',
    run: () =>
      withContainerd(async (containerd, seen, server) => {
        const waiting = containerd.taskWait('ci', 'web-1')(scope())()
        const streaming = containerd.subscribe([], () => undefined)(scope())()
        await waitFor(() => seen.waits === 1, { what: 'the call' })
        await subscribed(seen)
        await server.hangUp()
        for (const outcome of await Promise.all([waiting, streaming])) {
          assert.ok(E.isLeft(outcome) && isTransient(outcome.left), JSON.stringify(outcome))
        }
        const refused = await containerd.taskGet('ci', 'web-1')(scope())()
        assert.ok(E.isLeft(refused) && isTransient(refused.left), JSON.stringify(refused))
        await server.listenAgain()
        const found = await pipe(containerd.taskGet('ci', 'web-1'), withRetry(quickRetries, isTransient))({
          ...scope(),
          clock: systemClock,
          random: () => 1,
        })()
        assert.ok(E.isRight(found), JSON.stringify(found))
      }),
  },
  {
    name: 'wire: after close every call fails, and nothing is thrown',
    run: () =>
      withContainerd(async (containerd) => {
        containerd.close()
        const answers = await Promise.all([
          containerd.taskGet('ci', 'web-1')(scope())(),
          containerd.subscribe([], () => undefined)(scope())(),
        ])
        for (const answer of answers) assert.ok(E.isLeft(answer) && answer.left._tag === 'CallFailed', JSON.stringify(answer))
      }),
  },
  {
    name: 'wire: a stream that fails has handed over the first of its messages, in order, and nothing after its end',
    run: () =>
      withContainerd(async (containerd, seen) => {
        const heard: Array<string> = []
        const streaming = containerd.subscribe([], async ({ topic }) => {
          heard.push(topic)
          await settle()
        })(scope())()
        const subscriber = await subscribed(seen)
        for (const topic of ['/a', '/b', '/c']) subscriber.write(envelope(topic))
        subscriber.emit('error', { code: status.UNKNOWN, details: 'no more' }) // how a grpc-js server fails a stream
        const outcome = await streaming
        const atTheEnd = heard.length
        await settle()
        assert.deepEqual(heard, ['/a', '/b', '/c'].slice(0, atTheEnd)) // an error may overtake messages: grpc-js promises no more
        assert.deepEqual(outcome, E.left(callFailed({ class: 'Unknown', call: 'Events.Subscribe', code: 2, message: 'no more' })))
      }),
  },
  {
    name: 'wire: a stream that the server ends properly ends properly',
    run: () =>
      withContainerd(async (containerd, seen) => {
        const heard: Array<string> = []
        const streaming = containerd.subscribe([], ({ topic }) => {
          heard.push(topic)
          return undefined
        })(scope())()
        const subscriber = await subscribed(seen)
        subscriber.write(envelope('/a'))
        subscriber.end()
        assert.deepEqual(await streaming, E.right(undefined))
        assert.deepEqual(heard, ['/a'])
      }),
  },
  {
    name: 'wire: a stream whose reader has no patience left can still be aborted, and is silent afterwards',
    run: () =>
      withContainerd(async (containerd, seen) => {
        const stop = new AbortController()
        const heard: Array<string> = []
        let resume: () => void = () => undefined
        const streaming = containerd.subscribe([], ({ topic }) => {
          heard.push(topic)
          return new Promise((resolve) => resume = resolve)
        })({ signal: stop.signal })()
        const subscriber = await subscribed(seen)
        for (const topic of ['/a', '/b']) subscriber.write(envelope(topic))
        await waitFor(() => heard.length === 1, { what: 'the first event' })
        stop.abort()
        assert.deepEqual(await streaming, E.left(cancelled))
        await waitFor(() => seen.cancelledSubscribes === 1, { what: 'the cancel' })
        resume()
        await settle()
        assert.deepEqual(heard, ['/a'])
      }),
  },
  {
    name: 'wire: a reader that is slow slows the server down, and no other call',
    run: () =>
      withContainerd(async (containerd, seen) => {
        let heard = 0
        let resume: () => void = () => undefined
        const stop = new AbortController()
        const streaming = containerd.subscribe([], () => {
          heard += 1
          return heard === 1 ? new Promise((resolve) => resume = resolve) : undefined
        })({ signal: stop.signal })()
        const subscriber = await subscribed(seen)
        const big = envelope(`/${'x'.repeat(100_000)}`)
        for (let i = 0; i < 40; i++) subscriber.write(big)
        await waitFor(() => heard === 1, { what: 'the first event' })
        for (let i = 0; i < 20; i++) assert.ok(E.isRight(await containerd.taskGet('ci', 'web-1')(scope())()))
        assert.equal(heard, 1)
        assert.ok(subscriber.writableLength > 0, 'the server still holds events')
        resume()
        await waitFor(() => heard === 40, { what: 'the rest' })
        stop.abort()
        await streaming
      }),
  },
  {
    name: 'wire: a list of containers larger than 4 MiB arrives, streamed or whole',
    run: async () => {
      const container = (id: string) => ({ id, labels: new Map([['pad', 'x'.repeat(100_000)]]) })
      const ids = Array.from({ length: 60 }, (_, i) => `web-${i}`)
      const list = (
        _: ServerUnaryCall<ListContainersRequest, unknown>,
        answer: (error: null, response: { readonly containers: ReadonlyArray<object> }) => void,
      ) => answer(null, { containers: ids.map((id) => Container.fromPartial(container(id))) })
      const listStream = (call: ServerWritableStream<ListContainersRequest, ListContainerMessage>) => {
        for (const id of ids) call.write({ container: Container.fromPartial(container(id)) })
        call.end()
      }
      for (const handlers of [{ list }, { list: () => assert.fail('the stream is preferred'), listStream }]) {
        await withWireServer([[ContainersService, handlers]], async ({ address }) => {
          const containerd = connect({ address })
          const answer = await containerd.containerList('ci', [])(scope())()
          containerd.close()
          assert.ok(E.isRight(answer), JSON.stringify(answer))
          assert.deepEqual(answer.right.map(({ id }) => id), ids)
        })
      }
    },
  },
]
