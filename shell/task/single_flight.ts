/**
 * Calls of one key share one action in flight. For calls that must be made at most once at a time and never cut off, as a Delete:
 * who gives up waiting leaves, the call goes on, and the next one to ask joins it.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import { type Cancelled, cancelled } from '../errors.ts'
import { onAbort, type Scope, type Signal } from './cancellable.ts'

export interface SingleFlight<Err, A> {
  /** Waits for the action of this key that is in flight, or starts `action`. The caller's signal ends the waiting only. */
  readonly join: (key: string) => <R extends Scope>(action: RTE.ReaderTaskEither<R, Err, A>) => RTE.ReaderTaskEither<R, Err | Cancelled, A>
  /** Whether an action of this key is in flight. */
  readonly has: (key: string) => boolean
  /** How many are in flight. */
  readonly size: () => number
}

/**
 * A group of shared calls. They run under `lifetime`, not under the signal of whoever started them: only its abort (the end of the
 * process) cancels them. A key is free again before anybody hears the result, so who asks on hearing it starts anew.
 *
 * @example A second caller joins
 * ```ts
 * import assert from 'node:assert/strict'
 * import * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
 * import { type Scope, singleFlight } from 'containerd-reaper/shell'
 *
 * let calls = 0
 * const call = RTE.fromIO<number, Scope, never>(() => ++calls)
 * const scope = { signal: new AbortController().signal }
 * const flights = singleFlight<never, number>(new AbortController().signal)
 * await Promise.all([flights.join('web-1')(call)(scope)(), flights.join('web-1')(call)(scope)()])
 * assert.equal(calls, 1)
 * ```
 */
export const singleFlight = <Err, A>(lifetime: Signal): SingleFlight<Err, A> => {
  const flights = new Map<string, Promise<E.Either<Err, A>>>()

  const start = (key: string, action: () => Promise<E.Either<Err, A>>): Promise<E.Either<Err, A>> => {
    const fly = async (): Promise<E.Either<Err, A>> => {
      try {
        return await Promise.resolve().then(action)
      } finally {
        flights.delete(key)
      }
    }
    const flight = fly()
    flights.set(key, flight)
    return flight
  }

  return {
    join: (key) => (action) => (env) => () =>
      new Promise((resolve, reject) => {
        if (env.signal.aborted) return resolve(E.left(cancelled))
        const flight = flights.get(key) ?? start(key, () => action({ ...env, signal: lifetime })())
        const unlink = onAbort(env.signal, () => resolve(E.left(cancelled)))
        void flight.then(resolve, reject).finally(unlink)
      }),
    has: (key) => flights.has(key),
    size: () => flights.size,
  }
}
