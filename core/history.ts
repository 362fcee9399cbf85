/**
 * What the rows of a log tell of each run: when it exited, what was done about it, what went wrong, when it was announced. For people who
 * ask afterwards; the machine does not.
 *
 * @module
 */
import type { Exit } from './exit.ts'
import { type Happening, ofAnnouncement, ofExit, ofRow, ofTrailStep } from './history/happening.ts'
import type { RunId } from './ids.ts'
import type { Announcement, ReaperRecord, RunRecord, SandboxRecord, TrailStep } from './record.ts'

/** One run, or one life of a sandbox. */
export interface History {
  readonly run: RunId
  /** Neither a sandbox without a container nor a run that was imported has a pid. */
  readonly kind: 'run' | 'sandbox'
  /** What is believed of its end, in the last row that told; undefined when none did. */
  readonly exit: Exit | undefined
  /** `running`; `handling`: exited, not yet announced; `done`; `dropped`: the exit was false, or the container not ours. */
  readonly standing: 'running' | 'handling' | 'done' | 'dropped'
  /** In the order of their times. */
  readonly happenings: ReadonlyArray<Happening>
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
  const found = new Map<string, readonly [RunId, History['kind'], Rows]>()
  const rowsOf = (run: RunId, kind: History['kind'] = 'run'): Rows => {
    // Without the pid, which may be learnt late.
    const key = `${run.namespace}/${run.id}/${run.generation}/${kind}`
    const [, , rows] = found.get(key) ?? [run, kind, { runs: [], said: [], sandboxes: [], dropped: false }]
    found.set(key, [run, kind, rows])
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
  return [...found.values()].sort(([a], [b]) => compare(a, b)).map(([run, kind, rows]) => historyOf(run, kind, rows))
}

const compare = (a: RunId, b: RunId): number =>
  byText(a.namespace, b.namespace) || byText(a.id, b.id) || a.generation - b.generation || a.pid - b.pid
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const historyOf = (run: RunId, kind: History['kind'], { runs, said, sandboxes, dropped }: Rows): History => {
  const newest = runs.at(-1)
  const [first] = said
  const exit = newest?.exit ?? sandboxes.at(-1)?.exit ??
    (first === undefined ? undefined : { code: first.exitCode, at: first.exitedAt, rank: 'observed' } as const)
  const isOver = said.length > 0 || sandboxes.length > 0 || newest?.standing === 'closed'
  const standing = isOver ? 'done' : exit !== undefined ? 'handling' : dropped && newest === undefined ? 'dropped' : 'running'
  const happenings = [
    ...runs.flatMap((row, place) => ofRow(row, runs[place - 1])),
    ...(exits(runs).length > 0 || exit === undefined ? [] : [ofExit(exit)]),
    ...exits(runs).map(ofExit),
    ...trailOf(runs).map(ofTrailStep),
    ...said.map(ofAnnouncement),
  ]
  return { run, kind, exit, standing, happenings: [...happenings].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)) }
}

/** Of an exit that better news replaced, both are told. */
const exits = (rows: ReadonlyArray<RunRecord>): ReadonlyArray<Exit> =>
  rows.flatMap(({ exit }, place): ReadonlyArray<Exit> => {
    const before = rows[place - 1]?.exit
    return exit === undefined || (before?.code === exit.code && before.at === exit.at && before.rank === exit.rank) ? [] : [exit]
  })

/** Each row carries the whole of it; one that was written after the end none. */
const trailOf = (rows: ReadonlyArray<RunRecord>): ReadonlyArray<TrailStep> => rows.findLast(({ trail }) => trail !== undefined)?.trail ?? []
