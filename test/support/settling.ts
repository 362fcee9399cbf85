/** Actions that a test settles by hand, and a look at how a promise stands. */
import * as E from 'fp-ts/lib/Either.js'
import { type Cancelled, cancelled } from '../../shell/errors.ts'
import { type Cancellable, onAbort } from '../../shell/task/cancellable.ts'

export interface Manual<A> {
  readonly action: Cancellable<Cancelled | string, A>
  readonly succeed: (value: A) => void
  readonly fail: (error: string) => void
  readonly crash: (bug: Error) => void
  /** How often it was started. */
  readonly starts: () => number
  /** How often its signal aborted while it ran. */
  readonly aborts: () => number
}

/** An action that settles when told to, all its runs at once. `heedsAbort: false` makes one that does not notice an abort. */
export const manual = <A>({ heedsAbort = true }: { readonly heedsAbort?: boolean } = {}): Manual<A> => {
  let starts = 0
  let aborts = 0
  const running = new Set<{ readonly end: (outcome: E.Either<Cancelled | string, A>) => void; readonly crash: (bug: Error) => void }>()
  const endAll = (outcome: E.Either<Cancelled | string, A>): void => {
    for (const run of running) run.end(outcome)
    running.clear()
  }
  return {
    action: ({ signal }) => () =>
      new Promise((resolve, reject) => {
        starts += 1
        const unlink = onAbort(signal, () => {
          aborts += 1
          if (heedsAbort) resolve(E.left(cancelled))
        })
        running.add({
          end: (outcome) => {
            unlink()
            resolve(outcome)
          },
          crash: reject,
        })
      }),
    succeed: (value) => endAll(E.right(value)),
    fail: (error) => endAll(E.left(error)),
    crash: (bug) => {
      for (const run of running) run.crash(bug)
      running.clear()
    },
    starts: () => starts,
    aborts: () => aborts,
  }
}
