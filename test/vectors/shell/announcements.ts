/** Readers of announcements: each with its own place, none waited for, each told what it missed. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import type { Announcement } from '../../../core/index.ts'
import { type Announcements, makeAnnouncements, type MemoryLog, memoryLog } from '../../../shell/announcements.ts'
import type { Gap } from '../../../shell/listeners/cursor.ts'
import { storeFailed } from '../../../shell/errors.ts'
import type { Vector } from '../../support/property.ts'
import { settle, type VirtualClock, virtualClock } from '../../support/virtual_clock.ts'
import { inScratch, ok, opened, said } from '../../shell/store/scratch.ts'

interface Scene {
  readonly log: MemoryLog
  readonly clock: VirtualClock
  readonly end: AbortController
  readonly readers: Announcements
  readonly say: (...numbers: ReadonlyArray<number>) => void
}

const scene = (capacity = 100): Scene => {
  const log = memoryLog(capacity)
  const clock = virtualClock()
  const end = new AbortController()
  const readers = makeAnnouncements(log, clock, end.signal)
  const say = (...numbers: ReadonlyArray<number>): void => {
    for (const seq of numbers) log.add(said(seq))
    readers.wake()
  }
  return { log, clock, end, readers, say }
}

type Seen = Array<number | string>

/** Reads until the end, noting numbers and gaps. */
const note = (source: AsyncIterable<Announcement | Gap>): { readonly seen: Seen; readonly done: Promise<void> } => {
  const seen: Seen = []
  const read = async (): Promise<void> => {
    for await (const item of source) seen.push(item._tag === 'Gap' ? `missed ${item.missed}` : item.seq)
    seen.push('end')
  }
  return { seen, done: read() }
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'announcements: gives what is there, then what comes, and ends with the reaper',
    run: async () => {
      const { readers, say, end, clock } = scene()
      say(1, 2)
      const all = note(readers.read())
      const later = note(readers.read({ from: 3 }))
      await settle()
      assert.deepEqual([all.seen, later.seen], [[1, 2], []])
      say(3)
      await settle()
      say(4, 5)
      await settle()
      assert.deepEqual([all.seen, later.seen], [[1, 2, 3, 4, 5], [3, 4, 5]])
      end.abort()
      await Promise.all([all.done, later.done])
      assert.deepEqual(all.seen.at(-1), 'end')
      assert.equal(clock.sleepers(), 0, 'nothing is left waiting')
    },
  },
  {
    name: 'announcements: a signal ends one reader and no other',
    run: async () => {
      const { readers, say, end } = scene()
      const own = new AbortController()
      const one = note(readers.read({ signal: own.signal }))
      const other = note(readers.read())
      await settle()
      own.abort()
      await one.done
      say(1)
      await settle()
      assert.deepEqual([one.seen, other.seen], [['end'], [1]])
      end.abort()
      await other.done
    },
  },
  {
    name: 'announcements: a reader that stops in the middle and comes back with its cursor misses nothing',
    run: async () => {
      const { readers, say } = scene()
      say(1, 2, 3)
      let cursor = 0
      for await (const item of readers.read({ from: 1 })) {
        if (item._tag === 'Gap') continue
        cursor = item.seq
        if (cursor === 2) break
      }
      say(4)
      const own = new AbortController()
      const rest = note(readers.read({ from: cursor + 1, signal: own.signal }))
      await settle()
      own.abort()
      await rest.done
      assert.deepEqual(rest.seen, [3, 4, 'end'])
    },
  },
  {
    name: 'announcements: behind retention the reader is told how many it missed, once, and goes on',
    run: async () => {
      const { readers, say, end } = scene(3)
      say(1, 2, 3, 4, 5, 6, 7, 8)
      const from = note(readers.read({ from: 2 }))
      const any = note(readers.read())
      const ahead = note(readers.read({ from: 7 }))
      await settle()
      assert.deepEqual(from.seen, ['missed 4', 6, 7, 8])
      assert.deepEqual(any.seen, [6, 7, 8], 'who asked for no number misses nothing')
      assert.deepEqual(ahead.seen, [7, 8])
      say(9, 10, 11, 12, 13, 14)
      await settle()
      assert.deepEqual(from.seen, ['missed 4', 6, 7, 8, 'missed 3', 12, 13, 14], 'also while it reads')
      end.abort()
      await Promise.all([from.done, any.done, ahead.done])
    },
  },
  {
    name: 'announcements: a slow reader is not waited for, and holds nothing back from the others',
    run: async () => {
      const { readers, say, end } = scene(3)
      const slow = readers.read({ from: 1 })[Symbol.asyncIterator]()
      say(1)
      assert.deepEqual((await slow.next()).value, said(1))
      const quick = note(readers.read({ from: 2 }))
      for (const seq of [2, 3, 4, 5, 6, 7]) {
        say(seq)
        await settle()
      }
      assert.deepEqual(quick.seen, [2, 3, 4, 5, 6, 7])
      assert.deepEqual((await slow.next()).value, { _tag: 'Gap', missed: 3 })
      assert.deepEqual((await slow.next()).value, said(5))
      end.abort()
      await quick.done
    },
  },
  {
    name: 'announcements: a log that cannot be read is asked again',
    run: async () => {
      const { log, clock } = scene()
      log.add(said(1))
      const end = new AbortController()
      let fails = 2
      const flaky = {
        ...log,
        read: (from: number, limit: number): ReturnType<typeof log.read> =>
          fails-- > 0 ? async () => E.left(storeFailed('read', 'no')) : log.read(from, limit),
      }
      const reader = note(makeAnnouncements(flaky, clock, end.signal).read())
      await clock.advance(2_000)
      assert.deepEqual(reader.seen, [1])
      end.abort()
      await reader.done
    },
  },
  {
    name: 'announcements: what comes while the log is being read is not slept through',
    run: async () => {
      const { log, clock, end } = scene()
      let first = true
      const growing = {
        ...log,
        read: (from: number, limit: number): ReturnType<typeof log.read> => async () => {
          const found = await log.read(from, limit)()
          if (first) {
            first = false
            log.add(said(1))
            readers.wake()
          }
          return found
        },
      }
      const readers = makeAnnouncements(growing, clock, end.signal)
      const reader = note(readers.read())
      await settle()
      assert.deepEqual(reader.seen, [1])
      end.abort()
      await reader.done
    },
  },
  {
    name: 'announcements: reads the durable store the same way',
    run: () =>
      inScratch(async (dir) => {
        const store = await opened(dir)
        const end = new AbortController()
        const readers = makeAnnouncements(store.announcements, virtualClock(), end.signal)
        await ok(store.append([said(1), said(2)])())
        const reader = readers.read({ from: 2 })[Symbol.asyncIterator]()
        assert.deepEqual((await reader.next()).value, said(2))
        const next = reader.next()
        await ok(store.append([said(3)])())
        readers.wake()
        assert.deepEqual((await next).value, said(3))
        end.abort()
        assert.deepEqual((await reader.next()).done, true)
        await store.close()()
      }),
  },
]
