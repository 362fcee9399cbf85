/**
 * Listeners of announcements: whatever they and the reaper go through, each is told everything once, in the order of the numbers, from its
 * place on, or how many are kept no longer; and who goes on reading is behind by nothing in the end.
 */
import type { Checker } from '../hooks.ts'
import { broken } from '../hooks.ts'
import { isStopped, runText } from './support.ts'

const rule = 'listeners are told everything once'

interface Reader {
  /** Number of the first announcement that it has not been told of. undefined: it asked for none, and has read nothing yet. */
  next: number | undefined
  /** What was dropped when it read last. */
  dropped: number
}

export const everyListenerIsTold = (): Checker => {
  /** Numbers that are on disk, rising. */
  const numbers: number[] = []
  const identities = new Map<string, number>()
  const readers = new Map<string, Reader>()
  let dropped = 0
  const readerOf = (name: string): Reader => readers.get(name) ?? broken(rule, `${name} was told of something before it came`)
  return {
    durable: (records) => {
      for (const record of records) {
        if (record._tag !== 'Announcement') continue
        numbers.push(record.seq)
        if (!isStopped(record)) continue
        const before = identities.get(runText(record))
        if (before !== undefined) broken(rule, `STOPPED of ${runText(record)} is seq=${record.seq}, and was seq=${before}`)
        identities.set(runText(record), record.seq)
      }
    },
    dropped: (upTo) => {
      dropped = upTo
    },
    listening: (name, from) => {
      readers.set(name, { next: from, dropped })
    },
    paged: (name) => {
      const reader = readerOf(name)
      reader.dropped = dropped
      reader.next ??= dropped + 1
    },
    heard: (name, item) => {
      const reader = readerOf(name)
      const next = reader.next ?? reader.dropped + 1
      if (item._tag === 'Gap') {
        const missed = reader.dropped - next + 1
        if (item.missed !== missed) broken(rule, `${name} is told that it missed ${item.missed}, and missed ${missed}`)
        reader.next = reader.dropped + 1
        return
      }
      const passedOver = numbers.find((seq) => seq >= next && seq < item.seq)
      if (passedOver !== undefined) broken(rule, `${name} is told of seq=${item.seq} and was not of seq=${passedOver}`)
      if (item.seq < next) broken(rule, `${name} is told of seq=${item.seq} again`)
      reader.next = item.seq + 1
    },
    quiet: () => {
      for (const [name, { next }] of readers) {
        const missing = numbers.find((seq) => seq >= (next ?? Infinity))
        if (missing !== undefined) broken(rule, `${name} was never told of seq=${missing}`)
      }
    },
  }
}
