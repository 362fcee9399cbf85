/**
 * The event stream: decoded, posted in order, and known to be open before anything is listed.
 *
 * containerd gives no sign that a subscription has begun. So an event of our own is published until it comes back on the stream:
 * whatever happens from then on is on it too, and a listing made after that leaves no gap.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import type * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import { decodeEvent, subscriptionFilters } from '../containerd/decode_event.ts'
import { type Env, now } from '../env.ts'
import { describeError, isTransient, type ShellError } from '../errors.ts'
import type { Envelope } from '../proto/gen/containerd/types.ts'
import { stoppable } from '../task/cancellable.ts'

/** How long to wait for our own event before publishing it again, ms. It normally comes back within a few. */
const probePeriodMs = 200

/** Reads the stream until it ends; `opened` is called once, when it is known to be open. */
export const subscription = (opened: () => void): RTE.ReaderTaskEither<Env, ShellError, void> => (env) => {
  const topic = `/containerd-reaper/${randomUUID()}`
  const found = stoppable()

  const onEnvelope = (envelope: Envelope): Promise<void> | undefined => {
    if (envelope.topic === topic) {
      if (!found.signal.aborted) opened()
      found.abort()
      return undefined
    }
    // Before anything is decoded: what others publish in their namespaces is none of our business.
    if (!env.namespaces.includes(envelope.namespace)) return undefined
    const decoded = decodeEvent(envelope, now(env))
    switch (decoded._tag) {
      case 'Decoded':
        return env.post(decoded.event)
      case 'Irrelevant':
        return undefined
      case 'Undecodable':
        env.log.error(decoded.message)
        return undefined
    }
  }

  const publishUntilFound = async (): Promise<void> => {
    const [namespace = ''] = env.namespaces
    const event = { typeUrl: 'google.protobuf.Empty', value: new Uint8Array() }
    let isSaid = false
    while (!found.signal.aborted && !env.signal.aborted) {
      const published = await env.containerd.publish(namespace, topic, event)(env)()
      if (E.isLeft(published) && !isSaid && isRefusal(published.left)) {
        isSaid = true
        env.log.warn('cannot tell whether the event stream is open, will try again', { error: describeError(published.left) })
      }
      await env.clock.sleep(probePeriodMs, found.signal)
    }
  }

  return async () => {
    const stream = env.containerd.subscribe([...subscriptionFilters(env.namespaces), `topic=="${topic}"`], onEnvelope)(env)()
    void publishUntilFound()
    const ended = await stream
    found.abort()
    return ended
  }
}

/** containerd said no. That it is away is seen on the stream, too. */
const isRefusal = (error: ShellError): boolean => error._tag === 'CallFailed' && !isTransient(error)
