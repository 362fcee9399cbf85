/** What only a real connection shows of streams: how they end, and what a slow reader does. On both runtimes, against grpc-js's own server. */
import { status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { callFailed, cancelled } from '../../shell/errors.ts'
import { listenersLeft } from '../../shell/task/cancellable.ts'
import type { Vector } from '../support/property.ts'
import { envelope, scope, subscribed, withContainerd } from '../support/talking_containerd.ts'
import { settle } from '../support/virtual_clock.ts'
import { waitFor } from '../support/wait_for.ts'

export const cases: ReadonlyArray<Vector> = [
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
        const { signal } = scope()
        const heard: Array<string> = []
        const streaming = containerd.subscribe([], ({ topic }) => {
          heard.push(topic)
          return undefined
        })({ signal })()
        const subscriber = await subscribed(seen)
        subscriber.write(envelope('/a'))
        subscriber.end()
        assert.deepEqual(await streaming, E.right(undefined))
        assert.equal(listenersLeft(signal), 0)
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
]
