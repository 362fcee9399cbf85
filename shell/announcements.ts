/**
 * Reading announcements: each reader has its own place in the log, waits for what comes, and is told what it missed. A slow reader is
 * never waited for. Where the announcements are kept is the log's business.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Announcement } from '../core/index.ts'
import type { Clock } from './clock.ts'
import { type Cursor, cursorAt, type Gap, turnPage } from './listeners/cursor.ts'
import type { AnnouncementLog } from './store/port.ts'
import { linkedTo, onAbort, type Signal } from './task/cancellable.ts'

export interface AnnouncementsOptions {
  /** Number of the first one wanted: one more than the last that was dealt with. Left out: all that are still there, and no gap before them. */
  readonly from?: number
  /** Ends the reading. */
  readonly signal?: Signal
}

export interface Announcements {
  /** Those that are there, then those that come, in the order of their numbers; ends with the signal or with the reaper. */
  readonly read: (options?: AnnouncementsOptions) => AsyncIterable<Announcement | Gap>
  /** Something has been added to the log. */
  readonly wake: () => void
}

/** How many are read at once; a reader holds no more than that in memory. */
const pageSize = 256
/** Until a log that could not be read is asked again, ms. */
const retryMs = 1_000

/** Readers of `log`, for as long as `signal` lasts. */
export const makeAnnouncements = (log: AnnouncementLog, clock: Clock, signal: Signal): Announcements => {
  let version = 0
  const waiting = new Set<() => void>()

  /** Ends when the log has grown since it had this version, or the time is up, or the reader is to go. */
  const grown = async (seen: number, ms: number, until: Signal): Promise<void> => {
    if (version !== seen) return
    const nap = linkedTo(until)
    waiting.add(nap.abort)
    await clock.sleep(ms, nap.signal)
    waiting.delete(nap.abort)
    nap.unlink()
  }

  async function* read({ from, signal: own }: AnnouncementsOptions = {}): AsyncGenerator<Announcement | Gap, void, undefined> {
    const end = linkedTo(signal)
    const unlink = own === undefined ? () => undefined : onAbort(own, () => end.abort())
    try {
      let cursor: Cursor = cursorAt(from)
      // A function, for the compiler takes a field that was false to stay so.
      const isOver = (): boolean => end.signal.aborted
      while (!isOver()) {
        const seen = version
        const found = await log.read(cursor.next, pageSize)()
        if (isOver()) return
        if (E.isLeft(found)) {
          await grown(seen, retryMs, end.signal)
          continue
        }
        const [behind, items] = turnPage(cursor, found.right)
        cursor = behind
        for (const item of items) {
          if (isOver()) return
          yield item
        }
        if (found.right.announcements.length === 0) await grown(seen, Infinity, end.signal)
      }
    } finally {
      unlink()
      end.unlink()
    }
  }

  return {
    read,
    wake: () => {
      version++
      for (const wake of waiting) wake()
    },
  }
}

/** A log in memory, for a store that has none: the last `capacity` announcements, which is all that survives. */
export interface MemoryLog extends AnnouncementLog {
  readonly add: (announcement: Announcement) => void
}

export const memoryLog = (capacity: number, announcements: ReadonlyArray<Announcement> = []): MemoryLog => {
  let kept: Array<Announcement> = []
  let dropped = 0
  const add = (announcement: Announcement): void => {
    kept.push(announcement)
    // Twice as many before the oldest go, so that each costs a constant.
    if (kept.length >= 2 * capacity) trim()
  }
  const trim = (): void => {
    dropped = kept.at(-capacity - 1)?.seq ?? dropped
    kept = kept.slice(-capacity)
  }
  for (const announcement of announcements) add(announcement)
  return {
    add,
    read: (from, limit) => async () => {
      if (kept.length > capacity) trim()
      const place = kept.findIndex(({ seq }) => seq >= from)
      return E.right({ announcements: place < 0 ? [] : kept.slice(place, place + limit), dropped })
    },
    acknowledge: () => async () => E.right(undefined),
  }
}
