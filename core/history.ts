/**
 * What the rows of a log tell of each run: when it exited, what was done about it, what went wrong, when it was announced. For people who
 * ask afterwards; the machine does not.
 *
 * @module
 */
import { count, quoted } from './describe/words.ts'
import type { Exit } from './exit.ts'
import { type Nanos, type RunId, toNanos } from './ids.ts'
import type { Announcement, ReaperRecord, RunRecord, SandboxRecord, TrailStep } from './record.ts'

/** One run, or one life of a sandbox, which has no pid. */
export interface History {
  readonly run: RunId
  /** What is believed of its end, in the last row that told; undefined when none did. */
  readonly exit: Exit | undefined
  /** `running`; `handling`: exited, not yet announced; `done`; `dropped`: the exit was false, or the container not ours. */
  readonly standing: 'running' | 'handling' | 'done' | 'dropped'
  /** In the order of their times. */
  readonly happenings: ReadonlyArray<Happening>
}

export interface Happening {
  readonly at: Nanos
  readonly what: string
}

interface Rows {
  readonly runs: Array<RunRecord>
  readonly said: Array<Announcement>
  readonly sandboxes: Array<SandboxRecord>
  dropped: boolean
}

/**
 * The history of every run that `records` name, oldest row first, by container and in the order of its runs. Rows that newer ones have
 * replaced may have been left out of the log: then less is told, nothing else.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { histories, millis, nanos, noMetadata } from 'containerd-reaper/core'
 *
 * const run = { namespace: 'ci', id: 'web-1', pid: 42, generation: 1 }
 * const [history] = histories([{
 *   _tag: 'RunRecord', run, exit: { code: 3, at: nanos(1_000_000n), rank: 'observed' }, metadata: noMetadata, oomKilled: false,
 *   notified: false, attempts: 1, lastError: 'busy', standing: 'open', at: millis(9),
 *   trail: [{ what: 'write', at: millis(2) }, { what: 'delete', at: millis(3) }, { what: 'fail', at: millis(9), error: 'busy' }],
 * }])
 * assert.deepEqual(history?.happenings.map(({ what }) => what), [
 *   'exited with 3', 'the exit is written down', 'the task is deleted', 'failed: "busy"',
 * ])
 * ```
 */
export const histories = (records: ReadonlyArray<ReaperRecord>): ReadonlyArray<History> => {
  const found = new Map<string, readonly [RunId, Rows]>()
  const rowsOf = (run: RunId, kind: 'run' | 'sandbox' = 'run'): Rows => {
    // Without the pid, which may be learnt late.
    const key = `${run.namespace}/${run.id}/${run.generation}/${kind}`
    const [, rows] = found.get(key) ?? [run, { runs: [], said: [], sandboxes: [], dropped: false }]
    found.set(key, [run, rows])
    return rows
  }
  for (const record of records) {
    switch (record._tag) {
      case 'RunRecord':
        rowsOf(record.run).runs.push(record)
        break
      case 'RunDropped': // one that names nobody only keeps generations from being given out again
        if (record.run.id !== '') rowsOf(record.run).dropped = true
        break
      case 'Announcement':
        // One without a pid is of a sandbox that has no container.
        rowsOf(record.run, record.run.pid === 0 ? 'sandbox' : 'run').said.push(record)
        break
      case 'SandboxRecord':
        rowsOf({ namespace: record.namespace, id: record.id, pid: 0, generation: 1 }, 'sandbox').sandboxes.push(record)
    }
  }
  return [...found.values()].sort(([a], [b]) => compare(a, b)).map(([run, rows]) => historyOf(run, rows))
}

const compare = (a: RunId, b: RunId): number =>
  byText(a.namespace, b.namespace) || byText(a.id, b.id) || a.generation - b.generation || a.pid - b.pid
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const historyOf = (run: RunId, { runs, said, sandboxes, dropped }: Rows): History => {
  const newest = runs.at(-1)
  const [first] = said
  const exit = newest?.exit ?? sandboxes.at(-1)?.exit ??
    (first === undefined ? undefined : { code: first.exitCode, at: first.exitedAt, rank: 'observed' } as const)
  const isOver = said.length > 0 || sandboxes.length > 0 || newest?.standing === 'closed'
  const standing = isOver ? 'done' : exit !== undefined ? 'handling' : dropped && newest === undefined ? 'dropped' : 'running'
  const happenings = [
    ...runs.flatMap((row, place) => ofRow(row, runs[place - 1])),
    ...(exits(runs).length > 0 || exit === undefined ? [] : [{ at: exit.at, what: inWords(exit) }]),
    ...exits(runs).map((known) => ({ at: known.at, what: inWords(known) })),
    ...trailOf(runs).map(({ what, at, error }) => ({ at: toNanos(at), what: words[what](error) })),
    ...said.map(ofAnnouncement),
  ]
  return { run, exit, standing, happenings: [...happenings].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)) }
}

/** Of an exit that better news replaced, both are told. */
const exits = (rows: ReadonlyArray<RunRecord>): ReadonlyArray<Exit> =>
  rows.flatMap(({ exit }, place): ReadonlyArray<Exit> => {
    const before = rows[place - 1]?.exit
    return exit === undefined || (before?.code === exit.code && before.at === exit.at && before.rank === exit.rank) ? [] : [exit]
  })

const inWords = ({ code, rank }: Exit): string => {
  if (rank === 'observed') return `exited with ${code}`
  return rank === 'inferred' ? `gone, and nobody saw how: ${code}` : `lost with its shim: containerd made ${code} up`
}

const ofRow = (row: RunRecord, before: RunRecord | undefined): ReadonlyArray<Happening> => {
  const at = toNanos(row.at)
  return [
    ...(row.exit === undefined && before === undefined && !row.oomKilled ? [{ at, what: `seen to run, with pid ${row.run.pid}` }] : []),
    ...(row.oomKilled && before?.oomKilled !== true ? [{ at, what: 'the kernel killed for want of memory' }] : []),
    ...(row.standing === 'closed' && before?.standing === 'announced' ? [{ at, what: 'nothing is left of its shim' }] : []),
    // Rows that were written before there were trails tell of the last failure only.
    ...(row.trail === undefined && row.lastError !== undefined && before?.lastError !== row.lastError
      ? [{ at, what: `failed: ${quoted(row.lastError)}` }]
      : []),
  ]
}

/** Each row carries the whole of it; one that was written after the end none. */
const trailOf = (rows: ReadonlyArray<RunRecord>): ReadonlyArray<TrailStep> => rows.findLast(({ trail }) => trail !== undefined)?.trail ?? []

const words: Readonly<Record<TrailStep['what'], (error: string | undefined) => string>> = {
  count: () => 'OOM kills are counted',
  write: () => 'the exit is written down',
  look: () => 'the task is looked at',
  notify: () => 'NRI plugins are told',
  kill: () => 'what is left of it is killed',
  drain: () => 'its output is waited for',
  delete: () => 'the task is deleted',
  clean: () => 'its shim is shut down',
  fail: (error) => `failed: ${quoted(error ?? '')}`,
  wait: () => 'the call in flight is waited for',
  resume: () => 'taken up by a new start',
  cut: () => 'earlier steps are not kept',
}

const ofAnnouncement = ({ seq, type, exitCode, reason, attempts, handlingMs, at }: Announcement): Happening => {
  const how = `${exitCode} ${reason}, after ${count(attempts, 'attempt')} and ${handlingMs} ms`
  return { at: toNanos(at), what: `announced as number ${seq}, ${type}: ${how}` }
}
