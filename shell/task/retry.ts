/**
 * Quick retries: a few tries within milliseconds, for a channel that is reconnecting. Reads only, and nothing is remembered:
 * retries that must survive a restart are a phase of the core. Policies come from retry-ts (docs/adr/retry_policies.md).
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import * as O from 'fp-ts/lib/Option.js'
import type * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import { applyPolicy, capDelay, defaultRetryStatus, exponentialBackoff, limitRetries, Monoid, type RetryPolicy } from 'retry-ts'
import type { Scope } from './cancellable.ts'
import type { Timed } from './timeout.ts'

/** A scope that can also draw lots; `random` gives a number from 0 up to, but not, 1. */
export interface Jittered extends Timed {
  readonly random: () => number
}

/** What {@link withRetry} returns. */
export type Retry<Err> = <R extends Scope, A>(action: RTE.ReaderTaskEither<R, Err, A>) => RTE.ReaderTaskEither<R & Jittered, Err, A>

/**
 * After the first try four more, 100, 200, 400 and 800 ms apart (before jitter). The channel comes back within a second of
 * containerd's own return, which the last waits cover.
 */
export const quickRetries: RetryPolicy = Monoid.concat(capDelay(1_000, exponentialBackoff(100)), limitRetries(4))

/**
 * Repeats `action` while it fails in a way that `isTransient` accepts and `policy` grants another wait; then the last failure counts.
 * A wait is drawn between half and all of what the policy says, so that many callers do not come back at one moment. An abort during a
 * wait ends it at once.
 *
 * A loop, not recursion: it holds one frame however long it runs.
 *
 * @example Three tries
 * ```ts
 * import assert from 'node:assert/strict'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { systemClock, withRetry } from 'containerd-reaper/shell'
 * import { limitRetries } from 'retry-ts'
 *
 * let tries = 0
 * const fails = () => async () => E.left(`failure ${++tries}`)
 * const env = { signal: new AbortController().signal, clock: systemClock, random: Math.random }
 * assert.deepEqual(await withRetry(limitRetries(2), () => true)(fails)(env)(), E.left('failure 3'))
 * ```
 */
export const withRetry = <Err>(policy: RetryPolicy, isTransient: (error: Err) => boolean): Retry<Err> => (action) => (env) => async () => {
  let status = defaultRetryStatus
  for (;;) {
    const outcome = await action(env)()
    if (E.isRight(outcome) || !isTransient(outcome.left)) return outcome
    status = applyPolicy(policy, status)
    if (O.isNone(status.previousDelay)) return outcome
    const waitMs = status.previousDelay.value * (0.5 + env.random() / 2)
    if (await env.clock.sleep(waitMs, env.signal) === 'aborted') return outcome
  }
}
