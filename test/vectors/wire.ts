/** What only a real connection shows of calls: cancelling, lost connections, large answers. On both runtimes, against grpc-js's own server. */
import { type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../shell/clock.ts'
import { connect } from '../../shell/containerd/client.ts'
import { callFailed, cancelled, isTransient } from '../../shell/errors.ts'
import {
  Container,
  ContainersService,
  type ListContainerMessage,
  type ListContainersRequest,
} from '../../shell/proto/gen/containerd/containers.ts'
import { listenersLeft } from '../../shell/task/cancellable.ts'
import { quickRetries, withRetry } from '../../shell/task/retry.ts'
import type { Vector } from '../support/property.ts'
import { scope, subscribed, withContainerd } from '../support/talking_containerd.ts'
import { waitFor } from '../support/wait_for.ts'
import { withWireServer } from '../support/wire_server.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'wire: a call carries its namespace and no deadline, and gives the answer',
    run: () =>
      withContainerd(async (containerd, seen) => {
        const { signal } = scope()
        const answer = await containerd.taskGet('ci', 'web-1')({ signal })()
        assert.ok(E.isRight(answer))
        assert.equal(answer.right.pid, 7)
        assert.equal(listenersLeft(signal), 0)
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
    name: 'wire: calls that live long have a connection of their own',
    run: async () => {
      const dir = mkdtempSync(join(tmpdir(), 'wire-'))
      const sockets: Array<Socket> = []
      const mute = createServer((socket) => void sockets.push(socket.on('error', () => undefined))).listen(join(dir, 'c.sock'))
      await waitFor(() => mute.listening, { what: 'the socket' })
      const containerd = connect({ address: join(dir, 'c.sock') })
      const stop = new AbortController()
      const calls = [containerd.taskWait('ci', 'web-1'), containerd.subscribe([], () => undefined), containerd.taskDelete('ci', 'web-1')]
      const outcomes = calls.map((call) => call({ signal: stop.signal })())
      await waitFor(() => sockets.length === 2, { what: 'two connections' })
      stop.abort()
      assert.deepEqual(await Promise.all(outcomes), [E.left(cancelled), E.left(cancelled), E.left(cancelled)])
      containerd.close()
      for (const socket of sockets) socket.destroy()
      mute.close()
      rmSync(dir, { recursive: true, force: true })
      assert.equal(sockets.length, 2)
    },
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
