/**
 * What one plugin is asked, one after the other: plugins are written for a runtime that never asks two things at once. The line behind
 * a slow one is bounded; whoever lets it grow past that cannot keep up, and is given up.
 *
 * @module
 */
import { fifo } from '../task/fifo.ts'

/** Something to be asked. Must not reject. */
export type Job = () => Promise<void>

export interface Lane {
  /** Resolves when the job is done, or will not be done any more. */
  readonly add: (job: Job) => Promise<void>
  /** Gives up what has not begun. */
  readonly close: () => void
}

interface Waiting {
  readonly job: Job
  readonly done: () => void
}

/** `onFull` is called once, when a job comes for which there is no room; the lane is closed then. */
export const makeLane = (capacity: number, onFull: () => void): Lane => {
  const waiting = fifo<Waiting>()
  let busy = false
  let closed = false

  const run = async (): Promise<void> => {
    busy = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await next.value.job()
      next.value.done()
    }
    busy = false
  }
  const close = (): void => {
    closed = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next.value.done()
  }
  return {
    add: (job) =>
      new Promise((resolve) => {
        if (!closed && waiting.size() >= capacity) {
          close()
          onFull()
        }
        if (closed) return resolve()
        waiting.push({ job, done: resolve })
        if (!busy) void run()
      }),
    close,
  }
}
