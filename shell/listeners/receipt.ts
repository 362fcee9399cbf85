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

/** All before `position` was written so long ago, the time when nobody listened left out. */
interface AgedMark {
  readonly position: number
  readonly age: number
}

export interface Receipt {
  /** The item at `position`, of so many bytes, has been taken by the transport. */
  readonly written: (position: number, bytes: number, at: number) => void
  /** What is left of a listener that goes at `at`. `blocked`: it had stopped reading. */
  readonly place: (at: number, blocked: boolean) => Place
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
 * The receipt of a listener that comes at `at` and takes over `from`.
 *
 * `settleMs`: what was written longer ago than that has been read. The time counts over listeners that follow each other: else those
 * who come and go faster than that would be told everything again each time. `windowBytes`: what may lie in buffers when a listener
 * does not read. Memory is bounded, and the error is to the safe side: up to twice as much counts as unread.
 */
export const makeReceipt = (from: Place, at: number, settleMs: number, windowBytes: number): Receipt => {
  const { position: start } = from
  const begin: Mark = { position: start, at: Number.NEGATIVE_INFINITY, bytes: 0 }
  const [older = begin, newer = older] = from.marks.map(({ position, age }): Mark => ({ position, at: at - age, bytes: 0 }))
  let last = begin
  let told = Math.max(start, from.told)
  let inTime: Marks = [older, newer]
  let inBytes: Marks = [begin, begin]

  const unread = (at: number, blocked: boolean): number => {
    if (blocked) return inBytes[0].position
    const settled = [last, ...inTime].filter((mark) => at - mark.at >= settleMs).map(({ position }) => position)
    // What was settled with an earlier listener counts only as far as this one has come: it was told from its own start on.
    return Math.min(last.position, Math.max(start, ...settled))
  }

  return {
    written: (position, bytes, at) => {
      const mark: Mark = { position: position + 1, at, bytes: last.bytes + bytes }
      last = mark
      told = Math.max(told, mark.position)
      // What is written again was written first by an earlier listener: by now all has been that anybody was told.
      if (at - inTime[1].at >= settleMs) inTime = [inTime[1], { ...mark, position: told }]
      if (mark.bytes - inBytes[1].bytes >= windowBytes) inBytes = [inBytes[1], mark]
    },
    place: (at, blocked) => ({
      position: unread(at, blocked),
      told,
      marks: blocked ? [] : inTime.map(({ position, at: markedAt }) => ({ position, age: at - markedAt })),
    }),
  }
}
