/**
 * A limit in time for an action. When it runs out the action is cancelled, not merely forgotten.
 * For reads: a Delete is never cut off, because the cut reaches the shim and leaves it half-way.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import { type Clock, longestSleepMs } from '../clock.ts'
import { type TimedOut, timedOut } from '../errors.ts'
import { linkedTo, type Scope, stoppable } from './cancellable.ts'

/** A scope that knows the time. */
export interface Timed extends Scope {
  readonly clock: Clock
}

/** What {@link withTimeout} returns. */
export type Timeout = <R extends Scope, Err, A>(
  action: RTE.ReaderTaskEither<R, Err, A>,
) => RTE.ReaderTaskEither<R & Timed, Err | TimedOut, A>

/**
 * Gives `action` at most `ms` milliseconds. On expiry its signal aborts, so that the RPC underneath is cancelled, and the result is
 * `TimedOut` at once, however long the action takes to notice. When the caller's own signal aborts, so does the action's, and it may
 * still take what is left of its time to settle. More than {@link longestSleepMs} means no limit.
 *
 * `what` names the action in the error.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { systemClock, timedOut, withTimeout } from 'containerd-reaper/shell'
 *
 * const forever = () => () => new Promise<E.Either<never, never>>(() => undefined)
 * const outcome = await withTimeout(5, 'waiting')(forever)({ signal: new AbortController().signal, clock: systemClock })()
 * assert.deepEqual(outcome, E.left(timedOut('waiting', 5)))
 * ```
 */
export const withTimeout = (ms: number, what = 'the call'): Timeout => {
  if (!(ms >= 0)) throw new RangeError(`Cannot limit ${what}: wanted milliseconds from 0 up, found ${ms}`)
  return (action) => (ms > longestSleepMs ? action : (env) => async () => {
    const attempt = linkedTo(env.signal)
    const timer = stoppable() // its own, so that the limit still holds for an action that ignores the caller's abort
    const late = E.left(timedOut(what, ms))
    const expired = env.clock.sleep(ms, timer.signal).then(() => late)
    try {
      const outcome = await Promise.race([action({ ...env, signal: attempt.signal })(), expired])
      if (outcome === late) attempt.abort() // only now: aborting first would let the action's own "cancelled" win the race
      return outcome
    } finally {
      timer.abort()
      attempt.unlink()
    }
  })
}
