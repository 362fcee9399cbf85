/**
 * Time as something that serves listeners needs it: nothing to await, so that a simulated clock can drive it to the letter.
 *
 * @module
 */
import type { Clock } from '../clock.ts'
import { stoppable } from '../task/cancellable.ts'

export interface Moments extends Pick<Clock, 'now' | 'monotonic'> {
  /** Calls `act` when what is being done at the moment is done. */
  readonly soon: (act: () => void) => void
  /** Calls `act` after `ms`, once what has come in from outside by then has been seen. The returned function calls it off. */
  readonly after: (ms: number, act: () => void) => () => void
}

export const momentsOf = (clock: Clock): Moments => ({
  now: clock.now,
  monotonic: clock.monotonic,
  soon: queueMicrotask,
  after: (ms, act) => {
    const nap = stoppable()
    const wait = async (): Promise<void> => {
      if (await clock.sleep(ms, nap.signal) === 'aborted') return
      for (let rounds = 0; rounds < 2; rounds++) await new Promise((resolve) => setImmediate(resolve))
      if (!nap.signal.aborted) act()
    }
    void wait()
    return () => nap.abort()
  },
})
