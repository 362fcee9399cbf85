/**
 * What a listener has surely read, when all that is known is what was written to it. What was written just before it went may have
 * met nobody; and of one that had stopped reading, so may whatever fits into the buffers between.
 *
 * @module
 */

/** What is known when a listener goes, for the one that takes its place. */
export interface Place {
  /** The first position that may not have been read. */
  readonly position: number
  /** The first position that has been written to none of the listeners that followed each other here. */
  readonly told: number
  readonly marks: ReadonlyArray<AgedMark>
}

/** A place before which everything has been read. */
export const placeAt = (position: number): Place => ({ position, told: position, marks: [] })

/** All before `position` was written so long ago, the time when nobody listened left out, and so many listeners have gone since. */
interface AgedMark {
  readonly position: number
  readonly age: number
  readonly gone: number
}

export interface Receipt {
  /** The item at `position`, of so many bytes, has been taken by the transport. */
  readonly written: (position: number, bytes: number, at: number) => void
  /** What is left of a listener that goes at `at`. `waiting`: for so long the transport had not taken what was handed to it, ms. */
  readonly place: (at: number, waiting?: number) => Place
}

/** A mark in what was written: all before `position` was written by `at`, as the first so many bytes. */
interface Mark {
  readonly position: number
  readonly at: number
  readonly bytes: number
}

/** Two marks of each kind are enough: a new one is set when the newer is a whole window old. */
type Marks = readonly [older: Mark, newer: Mark]

/**
 * To how many listeners that follow each other an item is written again before it counts as read though none of them stayed: one that
 * goes at once may have read nothing, and so may the next.
 */
export const enoughListeners = 16

/**
 * The receipt of a listener that comes at `at` and takes over `from`.
 *
 * `settleMs`: what was written to this listener longer ago than that has been read. Over listeners that follow each other the time counts
 * too, once there were enough of them: else those who come and go faster than that would be told everything again each time.
 * `windowBytes`: what may lie in buffers when a listener does not read. Memory is bounded, and the error is to the safe side: up to twice
 * as much counts as unread.
 */
export const makeReceipt = (from: Place, at: number, settleMs: number, windowBytes: number): Receipt => {
  const { position: start } = from
  const begin: Mark = { position: start, at: Number.NEGATIVE_INFINITY, bytes: 0 }
  const [older = { position: start, age: Infinity, gone: enoughListeners }, newer = older] = from.marks
  let last = begin
  let told = Math.max(start, from.told)
  let inTime: Marks = [begin, begin]
  let inBytes: Marks = [begin, begin]
  /** Over all listeners; their age counts up to when this one came. */
  let shared: readonly [older: AgedMark, newer: AgedMark] = [older, newer]

  const ageAt = (mark: AgedMark, now: number): number => mark.age + now - at
  const isShared = (mark: AgedMark, now: number): boolean => mark.gone >= enoughListeners && ageAt(mark, now) >= settleMs

  const unread = (now: number, isFull: boolean): number => {
    // Full buffers are those of one that may have stopped reading long ago; to others all is given soon.
    const settled = isFull ? [inBytes[0]] : [last, ...inTime].filter((mark) => now - mark.at >= settleMs)
    const together = shared.filter((mark) => isShared(mark, now))
    // What was settled with earlier listeners counts only as far as this one has come: it was told from its own start on.
    return Math.min(last.position, Math.max(start, ...[...settled, ...together].map(({ position }) => position)))
  }

  return {
    written: (position, bytes, now) => {
      const mark: Mark = { position: position + 1, at: now, bytes: last.bytes + bytes }
      last = mark
      told = Math.max(told, mark.position)
      if (now - inTime[1].at >= settleMs) inTime = [inTime[1], mark]
      if (mark.bytes - inBytes[1].bytes >= windowBytes) inBytes = [inBytes[1], mark]
      // What is written again was written first by an earlier listener: by now all has been that anybody was told.
      if (isShared(shared[1], now)) shared = [shared[1], { position: told, age: at - now, gone: 0 }]
    },
    place: (now, waiting) => {
      // One that has not read for so long tells nothing of how fast those go who come after it.
      if (waiting !== undefined && waiting >= settleMs) return { position: inBytes[0].position, told, marks: [] }
      const marks = shared.map((mark) => ({ position: mark.position, age: ageAt(mark, now), gone: mark.gone + 1 }))
      return { position: unread(now, waiting !== undefined), told, marks }
    },
  }
}
