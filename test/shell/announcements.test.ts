import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import type { Announcement } from '../../core/index.ts'
import { type Announcements, type Gap, makeAnnouncements, type MemoryLog, memoryLog } from '../../shell/announcements.ts'
import { storeFailed } from '../../shell/errors.ts'
import { settle, type VirtualClock, virtualClock } from '../support/virtual_clock.ts'
import { inScratch, ok, opened, said } from './store/scratch.ts'

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

t.test('gives what is there, then what comes, and ends with the reaper', async (t) => {
  const { readers, say, end, clock } = scene()
  say(1, 2)
  const all = note(readers.read())
  const later = note(readers.read({ from: 3 }))
  await settle()
  t.same([all.seen, later.seen], [[1, 2], []])
  say(3)
  await settle()
  say(4, 5)
  await settle()
  t.same([all.seen, later.seen], [[1, 2, 3, 4, 5], [3, 4, 5]])
  end.abort()
  await Promise.all([all.done, later.done])
  t.same(all.seen.at(-1), 'end')
  t.equal(clock.sleepers(), 0, 'nothing is left waiting')
})

t.test('a signal ends one reader and no other', async (t) => {
  const { readers, say, end } = scene()
  const own = new AbortController()
  const one = note(readers.read({ signal: own.signal }))
  const other = note(readers.read())
  await settle()
  own.abort()
  await one.done
  say(1)
  await settle()
  t.same([one.seen, other.seen], [['end'], [1]])
  end.abort()
  await other.done
})

t.test('a reader that stops in the middle and comes back with its cursor misses nothing', async (t) => {
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
  t.same(rest.seen, [3, 4, 'end'])
})

t.test('behind retention the reader is told how many it missed, once, and goes on', async (t) => {
  const { readers, say, end } = scene(3)
  say(1, 2, 3, 4, 5, 6, 7, 8)
  const from = note(readers.read({ from: 2 }))
  const any = note(readers.read())
  const ahead = note(readers.read({ from: 7 }))
  await settle()
  t.same(from.seen, ['missed 4', 6, 7, 8])
  t.same(any.seen, [6, 7, 8], 'who asked for no number misses nothing')
  t.same(ahead.seen, [7, 8])
  say(9, 10, 11, 12, 13, 14)
  await settle()
  t.same(from.seen, ['missed 4', 6, 7, 8, 'missed 3', 12, 13, 14], 'also while it reads')
  end.abort()
  await Promise.all([from.done, any.done, ahead.done])
})

t.test('a slow reader is not waited for, and holds nothing back from the others', async (t) => {
  const { readers, say, end } = scene(3)
  const slow = readers.read({ from: 1 })[Symbol.asyncIterator]()
  say(1)
  t.same((await slow.next()).value, said(1))
  const quick = note(readers.read({ from: 2 }))
  for (const seq of [2, 3, 4, 5, 6, 7]) {
    say(seq)
    await settle()
  }
  t.same(quick.seen, [2, 3, 4, 5, 6, 7])
  t.same((await slow.next()).value, { _tag: 'Gap', missed: 3 })
  t.same((await slow.next()).value, said(5))
  end.abort()
  await quick.done
})

t.test('a log that cannot be read is asked again', async (t) => {
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
  t.same(reader.seen, [1])
  end.abort()
  await reader.done
})

t.test('what comes while the log is being read is not slept through', async (t) => {
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
  t.same(reader.seen, [1])
  end.abort()
  await reader.done
})

t.test('reads the durable store the same way', (t) =>
  inScratch(async (dir) => {
    const store = await opened(dir)
    const end = new AbortController()
    const readers = makeAnnouncements(store.announcements, virtualClock(), end.signal)
    await ok(store.append([said(1), said(2)])())
    const reader = readers.read({ from: 2 })[Symbol.asyncIterator]()
    t.same((await reader.next()).value, said(2))
    const next = reader.next()
    await ok(store.append([said(3)])())
    readers.wake()
    t.same((await next).value, said(3))
    end.abort()
    t.same((await reader.next()).done, true)
    await store.close()()
  }))
