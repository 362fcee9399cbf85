/**
 * What the store remembers of its rows while it is open: which of them is the newest about its thing, and where each announcement stands.
 * Holds no records, and decides nothing but which rows could go.
 *
 * @module
 */
import { containerKey, type ReaperRecord, type RunDropped, type RunId, sandboxKey } from '../../core/index.ts'
import type { Row } from './row.ts'

/** How long things that are over are kept. Open runs, and the newest announcement, are kept whatever this says. */
export interface Retention {
  /** After so many milliseconds they go. */
  readonly maxAgeMs: number
  /** When they take more than this on disk, about, the oldest go. */
  readonly maxBytes: number
}

/** A week: long enough for a weekend without a listener. 32 MiB: about 50,000 exits. */
export const defaultRetention: Retention = { maxAgeMs: 7 * 24 * 3_600_000, maxBytes: 32 * 1_024 * 1_024 }

/** A row that is the newest about its thing. */
interface Live {
  readonly row: number
  readonly bytes: number
  readonly at: number
  readonly about: About
}

type About =
  /** `dropped`: says no more of it than that it was. */
  | { readonly _tag: 'Run'; readonly id: RunId; readonly open: boolean; readonly dropped: boolean }
  | { readonly _tag: 'Sandbox'; readonly key: string }
  /** `sandbox`: it is about the sandbox of this key itself. */
  | { readonly _tag: 'Said'; readonly seq: number; readonly id: RunId; readonly sandbox: string | undefined }

/** Which rows stay, oldest first, and the highest number among the announcements that go. */
export interface Kept {
  readonly rows: ReadonlyArray<number>
  readonly bytes: number
  readonly dropped: number
  /** What is to be written in place of the rows that go: from there the generations of what is new are counted. */
  readonly standIns: ReadonlyArray<RunDropped>
}

export interface Ledger {
  readonly add: (row: Row) => void
  /** Bytes of all rows, and of those that are the newest about their thing. */
  readonly sizes: () => { readonly all: number; readonly live: number; readonly over: number }
  /** What stays at time `now` (ms since the epoch) when announcements up to `acknowledged` may go. */
  readonly keep: (retention: Retention, acknowledged: number, now: number) => Kept
  /** Bytes of things that would go with these, but for rows that only stand for what went before. */
  readonly going: (kept: Kept) => number
  /** Only these rows are left, oldest first, and the first of them now has number `first`. */
  readonly renumber: (rows: ReadonlyArray<number>, first: number) => void
  /** Rows of up to `limit` announcements from number `from` on, in the order of their numbers. */
  readonly said: (from: number, limit: number) => ReadonlyArray<number>
}

const runName = ({ namespace, id, pid, generation }: RunId): string => `${containerKey(namespace, id)}/${pid}/${generation}`

const containerOf = ({ namespace, id }: RunId): string => containerKey(namespace, id)

const generationOf = ({ namespace, id, generation }: RunId): string => `run ${containerKey(namespace, id)}/${generation}`

/** What the row is about: a newer row about the same thing takes its place. */
const thingOf = (record: ReaperRecord): string => {
  switch (record._tag) {
    case 'RunRecord':
    case 'RunDropped':
      return generationOf(record.run)
    case 'SandboxRecord':
      return `sandbox ${sandboxKey(record.namespace, record.id)}`
    case 'Announcement':
      return `said ${record.seq}`
  }
}

/** A sandbox that is a pause container is told of by that container's rows, which take the place of a record of its own. */
const endedSandbox = (record: ReaperRecord): string | undefined => {
  const isItsEnd = record._tag === 'RunRecord'
    ? record.metadata.kind === 'sandbox' && record.standing !== 'open'
    : record._tag === 'Announcement' && record.type === 'CONTAINER_STOPPED' && record.run.pid !== 0
  return isItsEnd && 'run' in record ? `sandbox ${sandboxKey(record.run.namespace, record.run.id)}` : undefined
}

const aboutOf = (record: ReaperRecord): About => {
  switch (record._tag) {
    case 'RunRecord':
      return { _tag: 'Run', id: record.run, open: record.standing !== 'closed', dropped: false }
    case 'RunDropped':
      return { _tag: 'Run', id: record.run, open: false, dropped: true }
    case 'SandboxRecord':
      return { _tag: 'Sandbox', key: sandboxKey(record.namespace, record.id) }
    case 'Announcement': {
      const { seq, run } = record
      return { _tag: 'Said', seq, id: run, sandbox: run.pid === 0 ? sandboxKey(run.namespace, run.id) : undefined }
    }
  }
}

const isOpen = ({ about }: Live): boolean => about._tag === 'Run' && about.open
const seqOf = ({ about }: Live): number => (about._tag === 'Said' ? about.seq : 0)

export const makeLedger = (rows: ReadonlyArray<Row> = []): Ledger => {
  let things = new Map<string, Live>()
  /** In the order of their numbers, which is that in which they were written. */
  let said: Array<{ readonly seq: number; readonly row: number }> = []
  let lastAt = 0
  let all = 0
  let live = 0
  let over = 0

  const count = (entry: Live, sign: 1 | -1): void => {
    live += sign * entry.bytes
    if (!isOpen(entry)) over += sign * entry.bytes
  }

  const add = ({ row, record, bytes }: Row): void => {
    lastAt = record._tag === 'RunDropped' ? lastAt : record.at
    const entry: Live = { row, bytes, at: lastAt, about: aboutOf(record) }
    const thing = thingOf(record)
    const older = things.get(thing)
    if (older !== undefined) count(older, -1)
    things.set(thing, entry)
    count(entry, 1)
    all += bytes
    if (record._tag === 'Announcement') note(record.seq, row)
    const ended = endedSandbox(record)
    const sandbox = ended === undefined ? undefined : things.get(ended)
    if (ended !== undefined && sandbox !== undefined) {
      count(sandbox, -1)
      things.delete(ended)
    }
  }

  const note = (seq: number, row: number): void => {
    const place = placeOf(seq)
    said.splice(place, said[place]?.seq === seq ? 1 : 0, { seq, row })
  }

  /** Where the first number that is not below `seq` stands. */
  const placeOf = (seq: number): number => {
    let low = 0
    let high = said.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((said[middle]?.seq ?? 0) < seq) low = middle + 1
      else high = middle
    }
    return low
  }

  const renumber = (left: ReadonlyArray<number>, first: number): void => {
    const numbers = new Map(left.map((row, place) => [row, first + place]))
    const entries = [...things].flatMap(([thing, entry]): ReadonlyArray<readonly [string, Live]> => {
      const row = numbers.get(entry.row)
      return row === undefined ? [] : [[thing, { ...entry, row }]]
    })
    things = new Map(entries)
    said = said.flatMap(({ seq, row }) => {
      const moved = numbers.get(row)
      return moved === undefined ? [] : [{ seq, row: moved }]
    })
    live = 0
    over = 0
    for (const [, entry] of entries) count(entry, 1)
    all = live
  }

  for (const row of rows) add(row)
  return {
    add,
    renumber,
    sizes: () => ({ all, live, over }),
    going: ({ rows: stays }) => {
      const kept = new Set(stays)
      const goes = ({ row, about }: Live): boolean => !kept.has(row) && !(about._tag === 'Run' && about.dropped)
      return [...things.values()].reduce((sum, entry) => (goes(entry) ? sum + entry.bytes : sum), 0)
    },
    keep: (retention, acknowledged, now) => keep([...things.values()], said.at(-1)?.seq ?? 0, retention, acknowledged, now),
    said: (from, limit) => {
      const place = placeOf(from)
      return said.slice(place, place + limit).map(({ row }) => row)
    },
  }
}

/** After a cut by size there is room for a quarter of what may be kept, so that the next cut is some way off. */
const roomAfterCut = 0.75

const keep = (things: ReadonlyArray<Live>, newest: number, { maxAgeMs, maxBytes }: Retention, acknowledged: number, now: number): Kept => {
  const inOrder = [...things].sort((a, b) => a.row - b.row)
  const isOld = ({ at }: Live): boolean => at + maxAgeMs <= now
  const pinned = pins(inOrder, isOld)
  const stays = inOrder.filter((entry) => {
    if (entry.about._tag === 'Run' && entry.about.dropped) return false
    if (isOpen(entry) || isPinned(entry, newest, pinned)) return true
    return !isOld(entry) && !(entry.about._tag === 'Said' && entry.about.seq <= acknowledged)
  })
  const mayGo = stays.filter((entry) => !isOpen(entry) && !isPinned(entry, newest, pinned))
  let excess = mayGo.reduce((sum, { bytes }) => sum + bytes, 0)
  if (excess > maxBytes) excess -= maxBytes * roomAfterCut
  else excess = 0
  const gone = new Set<Live>()
  for (const entry of mayGo) {
    if (excess <= 0) break
    gone.add(entry)
    excess -= entry.bytes
  }
  const rest = stays.filter((entry) => !gone.has(entry))
  const kept = new Set(rest)
  return {
    rows: rest.map(({ row }) => row),
    bytes: rest.reduce((sum, { bytes }) => sum + bytes, 0),
    standIns: standIns(inOrder.filter((entry) => !kept.has(entry)), rest),
    dropped: inOrder.reduce((highest, entry) => (kept.has(entry) ? highest : Math.max(highest, seqOf(entry))), 0),
  }
}

/** Names no container: what is counted from it is whatever has no rows of its own. */
const nobody = { namespace: '', id: '', pid: 0 }

/** Rows that stand for all that goes: an identity that was given out is not given out again when nothing is left of it. */
const standIns = (gone: ReadonlyArray<Live>, stays: ReadonlyArray<Live>): ReadonlyArray<RunDropped> => {
  const newest = new Map<string, number>()
  const sandboxes = new Set<string>()
  for (const { about } of stays) {
    if (about._tag === 'Sandbox') sandboxes.add(about.key)
    if (about._tag === 'Run') newest.set(containerOf(about.id), Math.max(newest.get(containerOf(about.id)) ?? 0, about.id.generation))
  }
  const ahead = new Map<string, RunId>()
  let anybody = 0
  for (const { about } of gone) {
    if (about._tag === 'Sandbox' || (about._tag === 'Said' && about.sandbox !== undefined && sandboxes.has(about.sandbox))) continue
    const { id } = about
    const key = containerOf(id)
    const stayed = newest.get(key)
    if (stayed === undefined || (about._tag === 'Said' && about.sandbox !== undefined)) anybody = Math.max(anybody, id.generation)
    else if (id.generation > (ahead.get(key)?.generation ?? stayed)) ahead.set(key, id)
  }
  const runs = anybody === 0 ? [...ahead.values()] : [...ahead.values(), { ...nobody, generation: anybody }]
  return runs.map((run) => ({ _tag: 'RunDropped', run }))
}

interface Pins {
  /** Runs that are not over. */
  readonly runs: ReadonlySet<string>
  /** The newest announcement of each sandbox whose record stays: what its generation is known by. */
  readonly saids: ReadonlySet<number>
}

const pins = (things: ReadonlyArray<Live>, isOld: (entry: Live) => boolean): Pins => {
  const runs = new Set<string>()
  const sandboxes = new Map<string, number>()
  for (const entry of things) {
    if (entry.about._tag === 'Run' && entry.about.open) runs.add(runName(entry.about.id))
    if (entry.about._tag === 'Sandbox' && !isOld(entry)) sandboxes.set(entry.about.key, 0)
  }
  for (const { about } of things) {
    if (about._tag !== 'Said' || about.sandbox === undefined) continue
    const highest = sandboxes.get(about.sandbox)
    if (highest !== undefined) sandboxes.set(about.sandbox, Math.max(highest, about.seq))
  }
  return { runs, saids: new Set(sandboxes.values()) }
}

/** The newest of all must stay, for the next number is counted from it. */
const isPinned = ({ about }: Live, newest: number, { runs, saids }: Pins): boolean =>
  about._tag === 'Said' && (about.seq === newest || runs.has(runName(about.id)) || saids.has(about.seq))
