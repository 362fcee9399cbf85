/**
 * Time as the shell sees it: the wall clock for records, a monotonic one for durations, and a sleep that can be cut short.
 * The only file that may read a clock or set a timer; everything else is handed a `Clock`.
 *
 * @module
 */
import { onAbort, type Signal } from './task/cancellable.ts'

/** How a sleep ended. */
export type Slept = 'elapsed' | 'aborted'

export interface Clock {
  /** Wall-clock milliseconds since 1970. May jump; for records, never for measuring. */
  readonly now: () => number
  /** Milliseconds since some fixed moment. Never goes back; for durations. */
  readonly monotonic: () => number
  /** Waits `ms`, or until `signal` aborts. Never rejects. More than {@link longestSleepMs} means: until the signal aborts. */
  readonly sleep: (ms: number, signal: Signal) => Promise<Slept>
}

/** What a timer can hold (almost 25 days). The runtimes fire a longer one at once, so a longer sleep has to mean "no end". */
export const longestSleepMs: number = 2 ** 31 - 1

/**
 * The real clock.
 *
 * @example Sleeping until told to stop
 * ```ts
 * import assert from 'node:assert/strict'
 * import { systemClock } from 'containerd-reaper/shell'
 *
 * const stop = new AbortController()
 * const nap = systemClock.sleep(60_000, stop.signal)
 * stop.abort()
 * assert.equal(await nap, 'aborted')
 * ```
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = ms > longestSleepMs ? undefined : setTimeout(() => {
        unlink()
        resolve('elapsed')
      }, ms)
      const unlink = onAbort(signal, () => {
        clearTimeout(timer)
        resolve('aborted')
      })
    }),
}
