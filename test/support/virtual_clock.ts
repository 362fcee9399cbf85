/**
 * A clock that stands still until a test moves it. Sleepers wake in the order in which they are due, and what a sleeper sets off
 * settles before the next one wakes. It refuses to go back.
 */
import { type Clock, longestSleepMs, type Slept } from '../../shell/clock.ts'
import { onAbort } from '../../shell/task/cancellable.ts'

export interface VirtualClock extends Clock {
  /** Moves time on by `ms`, waking who is due on the way, and lets everything settle. */
  readonly advance: (ms: number) => Promise<void>
  /** Moves time from sleeper to sleeper until nobody sleeps, or `ms` have gone by; gives the time that passed. */
  readonly run: (ms: number) => Promise<number>
  /** How many sleep now. What is left at a test's end is a leak. */
  readonly sleepers: () => number
}

/** Lets every promise that can settle without the outside world do so. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

interface Sleeper {
  readonly due: number
  readonly wake: (how: Slept) => void
}

export const virtualClock = (start = 1_700_000_000_000): VirtualClock => {
  let elapsed = 0
  const sleepers = new Set<Sleeper>()

  const nextDue = (): Sleeper | undefined => {
    let first: Sleeper | undefined
    for (const sleeper of sleepers) if (first === undefined || sleeper.due < first.due) first = sleeper
    return first !== undefined && Number.isFinite(first.due) ? first : undefined
  }

  /** Wakes the sleepers up to `target`, one after the other. */
  const wakeUntil = async (target: number): Promise<void> => {
    await settle()
    for (let next = nextDue(); next !== undefined && next.due <= target; next = nextDue()) {
      elapsed = next.due
      next.wake('elapsed')
      await settle()
    }
  }

  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve('aborted')
        const sleeper: Sleeper = {
          due: ms > longestSleepMs ? Infinity : elapsed + Math.max(0, ms),
          wake: (how) => {
            sleepers.delete(sleeper)
            unlink()
            resolve(how)
          },
        }
        sleepers.add(sleeper)
        const unlink = onAbort(signal, () => sleeper.wake('aborted'))
      }),
    advance: async (ms) => {
      if (!(ms >= 0)) throw new RangeError(`Cannot move the clock: wanted milliseconds from 0 up, found ${ms}`)
      const target = elapsed + ms
      await wakeUntil(target)
      elapsed = target
    },
    run: async (ms) => {
      const from = elapsed
      await wakeUntil(from + ms)
      return elapsed - from
    },
    sleepers: () => sleepers.size,
  }
}
