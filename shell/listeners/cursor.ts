/**
 * A reader's place in the log of announcements, and what it is to be given of the next page: announcements in the order of their
 * numbers, and before them a marker of those that retention has dropped. Pure; knows neither the log nor who reads.
 *
 * @module
 */
import type { Announcement } from '../../core/index.ts'
import type { Said } from '../store/port.ts'

/** Announcements between the last one that was read and the next that is still there have been dropped: retention let them go. */
export interface Gap {
  readonly _tag: 'Gap'
  /** How many there were, at most: a number can have been passed over when a write failed. */
  readonly missed: number
}

export interface Cursor {
  /** Number of the first announcement that is wanted. */
  readonly next: number
  /** All that was dropped up to this number has been told of; undefined while the reader asked for no number. */
  readonly told: number | undefined
}

/** The place of a reader that wants `from` and what follows; undefined: all that is there, and no gap before it. */
export const cursorAt = (from: number | undefined): Cursor => ({
  next: Math.max(1, from ?? 1), // the first number is 1: before it nothing was missed
  told: from === undefined ? undefined : 0,
})

/** What a page that was read from `next` on gives the reader, and its place behind it. */
export const turnPage = (
  { next, told }: Cursor,
  { announcements, dropped }: Said,
): readonly [Cursor, ReadonlyArray<Announcement | Gap>] => {
  const missed = dropped - next + 1 - announcements.filter(({ seq }) => seq <= dropped).length
  const gap: ReadonlyArray<Gap> = told !== undefined && dropped > told && missed > 0 ? [{ _tag: 'Gap', missed }] : []
  const last = announcements.at(-1)
  const behind = last === undefined ? Math.max(next, dropped + 1) : last.seq + 1
  return [{ next: behind, told: Math.max(told ?? 0, dropped) }, [...gap, ...announcements]]
}
