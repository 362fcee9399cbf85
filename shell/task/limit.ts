/**
 * At most so many actions at once; the others queue, first come, first served.
 * Knows no keys and no namespaces: fairness between those is the core's.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import { type Cancelled, cancelled } from '../errors.ts'
import { onAbort, type Scope, type Signal } from './cancellable.ts'
import { fifo } from './fifo.ts'

/** What {@link withLimit} returns. All actions that pass through one of these share its slots. */
export type Limit = <R extends Scope, Err, A>(action: RTE.ReaderTaskEither<R, Err, A>) => RTE.ReaderTaskEither<R, Err | Cancelled, A>

/**
 * Lets at most `slots` actions run at once. Call it once and keep the result: the slots belong to it.
 *
 * An action that is cancelled while it queues leaves the queue and never starts. A slot is held until the action settles, and is
 * given back on every way out, a rejection included.
 *
 * @example One at a time
 * ```ts
 * import assert from 'node:assert/strict'
 * import * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
 * import { type Scope, withLimit } from 'containerd-reaper/shell'
 *
 * const order: Array<string> = []
 * const say = (word: string) => RTE.fromIO<void, Scope, never>(() => void order.push(word))
 * const oneAtATime = withLimit(1)
 * const scope = { signal: new AbortController().signal }
 * await Promise.all([oneAtATime(say('first'))(scope)(), oneAtATime(say('second'))(scope)()])
 * assert.deepEqual(order, ['first', 'second'])
 * ```
 */
export const withLimit = (slots: number): Limit => {
  if (!Number.isInteger(slots) || slots < 1) {
    throw new RangeError(`Cannot limit concurrency: wanted a whole number from 1 up, found ${slots}`)
  }
  const waiting = fifo<() => void>()
  let free = slots

  const enter = (signal: Signal): Promise<boolean> => {
    if (signal.aborted) return Promise.resolve(false)
    if (free > 0) {
      free -= 1
      return Promise.resolve(true)
    }
    return new Promise((resolve) => {
      const leaveQueue = waiting.push(() => {
        unlink()
        resolve(true)
      })
      const unlink = onAbort(signal, () => {
        leaveQueue()
        resolve(false)
      })
    })
  }

  /** Hands the slot to the next in line without freeing it in between, so that a newcomer cannot overtake. */
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next.value()
  }

  return (action) => (env) => async () => {
    if (!(await enter(env.signal))) return E.left(cancelled)
    try {
      return await action(env)()
    } finally {
      leave()
    }
  }
}
