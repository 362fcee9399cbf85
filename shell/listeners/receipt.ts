/**
 * What a listener has surely read, when all that is known is what was written to it. What was written just before it went may have
 * met nobody; and of one that had stopped reading, so may whatever fits into the buffers between.
 *
 * @module
 */

export interface Receipt {
  /** The item at `position`, of so many bytes, has been taken by the transport. */
  readonly written: (position: number, bytes: number, at: number) => void
  /** The first position that may not have been read by a listener that went at `at`. `blocked`: it had stopped reading. */
  readonly unread: (at: number, blocked: boolean) => number
}

/** A mark in what was written: all before `position` is older, or further back, than the newer mark. */
interface Mark {
  readonly position: number
  readonly at: number
  readonly bytes: number
}

/**
 * `settleMs`: what was written longer ago than that has been read by a listener that reads. `windowBytes`: what may lie in buffers
 * when it does not. Two marks each tell it with a bounded memory, and never too late: up to twice as much counts as unread.
 */
export const makeReceipt = (start: number, settleMs: number, windowBytes: number): Receipt => {
  const begin: Mark = { position: start, at: Number.NEGATIVE_INFINITY, bytes: 0 }
  let last = begin
  let inTime: readonly [Mark, Mark] = [begin, begin]
  let inBytes: readonly [Mark, Mark] = [begin, begin]
  return {
    written: (position, bytes, at) => {
      const mark: Mark = { position: position + 1, at, bytes: last.bytes + bytes }
      last = mark
      if (at - inTime[1].at >= settleMs) inTime = [inTime[1], mark]
      if (mark.bytes - inBytes[1].bytes >= windowBytes) inBytes = [inBytes[1], mark]
    },
    unread: (at, blocked) => {
      if (blocked) return inBytes[0].position
      const read = [last, inTime[1], inTime[0]].find((mark) => at - mark.at >= settleMs)
      return read?.position ?? start
    },
  }
}
