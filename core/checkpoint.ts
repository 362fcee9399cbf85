/**
 * From the rows of the log back to a state, after a restart or a crash at any point. What was in flight then is not known: every
 * handling that was open begins with a look at the task, as after a failed attempt. What that look costs is owed by `resume`.
 *
 * @module
 */
import { type Newest, newest, runKey } from './checkpoint/newest.ts'
import { takenUp } from './checkpoint/taken_up.ts'
import { remember } from './container/over.ts'
import type { Exited, Phase, Run } from './container/phase.ts'
import { inferredExit, unwatched } from './container/running.ts'
import type { Exit } from './exit.ts'
import type { CallId, ContainerKey, Millis, SandboxKey } from './ids.ts'
import { callId, containerKey, parts } from './ids.ts'
import { noMetadata } from './metadata.ts'
import type { ReaperRecord, RunRecord, SandboxRecord } from './record.ts'
import type { Container, Sandbox, State } from './state.ts'
import { initial } from './state.ts'
import { insert } from './table.ts'

/** The rows, and what a start knows beside them: which were written under an earlier boot, and the time. */
interface Log extends Newest {
  readonly former: ReadonlySet<ReaperRecord>
  readonly now: Millis | undefined
}

/**
 * The state that `records` tell of, oldest row first. The newest row of each run and sandbox is its truth, so a log that was cut at
 * any row gives a state that was true once.
 *
 * @param bootId this boot of the host.
 * @param earlierBoot how many of the first rows were written under an earlier one: their runs have ended, and their pids name nothing now.
 * @param at now: when it is learnt that runs of an earlier boot, whose end nobody saw, are over. Left out: when their rows were written.
 *
 * @example An exit that was recorded before a crash is handled after it
 * ```ts
 * import assert from 'node:assert/strict'
 * import { describeState, millis, nanos, noMetadata, replayRecords } from 'containerd-reaper/core'
 *
 * const run = { namespace: 'ci', id: 'web-1', pid: 42, generation: 1 }
 * const exit = { code: 3, at: nanos(0n), rank: 'observed' } as const
 * const state = replayRecords('boot-1', [{
 *   _tag: 'RunRecord', run, exit, metadata: noMetadata, oomKilled: false, notified: false, attempts: 0, lastError: undefined,
 *   standing: 'open', at: millis(0),
 * }])
 * assert.equal(describeState(state), '1 container, 1 in handling, 0 slots taken, 0 sandboxes, 0 images, next seq=1')
 * ```
 */
export const replayRecords = (bootId: string, records: ReadonlyArray<ReaperRecord>, earlierBoot: number = 0, at?: Millis): State => {
  const log: Log = { ...newest(records), former: new Set(records.slice(0, earlierBoot)), now: at }
  let { containers, sandboxes } = initial(bootId)
  for (const [key, rows] of log.runs) containers = insert(key, containerOf(key, rows, log), containers)
  for (const [key, row] of log.sandboxes) sandboxes = insert(key, sandboxOf(key, row, log), sandboxes)
  return { ...initial(bootId), nextSeq: log.lastSeq + 1, lastForgotten: lastForgotten(log), containers, sandboxes }
}

/** Of what has rows left but none that says what became of it. */
const lastForgotten = ({ generations, runs, sandboxGenerations, sandboxes }: Newest): number => {
  let last = 0
  for (const [key, generation] of generations) if (!runs.has(key)) last = Math.max(last, generation)
  for (const [key, generation] of sandboxGenerations) if (!sandboxes.has(key)) last = Math.max(last, generation)
  return last
}

const containerOf = (key: ContainerKey, found: ReadonlyArray<RunRecord>, log: Log): Container => {
  const { now } = log
  const isFormer = (row: RunRecord): boolean => log.former.has(row) || row.formerBoot === true
  const [namespace, id] = parts(key)
  const rows = found.map((row) => (isFormer(row) && row.exit === undefined ? endedUnseen(row, now ?? row.at) : row))
  const metadata = rows.at(-1)?.metadata ?? noMetadata
  // The oldest open one goes first; the others wait for their turn, as they did before.
  const turn = rows.find(({ exit, standing }) => exit !== undefined && standing === 'open')
  const runs = found.map((before, place): Run => {
    const row = rows[place] ?? before
    const run = runOf(row, callId(place + 1), row === turn, log)
    return isFormer(before) ? { ...run, formerBoot: true } : run
  })
  // One that has a row only for an OOM kill may have exited since, and would go first.
  const inDoubt = turn !== undefined && rows.some(({ exit }) => exit === undefined)
  return {
    key,
    namespace,
    id,
    lastCall: inDoubt ? rows.length + 1 : rows.length,
    lastGeneration: log.generations.get(key) ?? 0,
    lookup: { _tag: 'Known', metadata, refresh: undefined },
    runs: runs.filter(({ phase }, place) => phase._tag !== 'Exited' || place === runs.length - 1),
    closed: remember([], runs.filter(({ phase }) => phase._tag === 'Exited')),
    probe: inDoubt ? callId(rows.length + 1) : undefined,
  }
}

const endedUnseen = (row: RunRecord, at: Millis): RunRecord => ({ ...row, exit: inferredExit(at), at })

const runOf = (row: RunRecord, call: CallId, first: boolean, log: Log): Run => ({
  id: row.run,
  oom: row.oomKilled ? { _tag: 'Noted' } : { _tag: 'None' },
  phase: row.exit === undefined ? { ...unwatched, noted: true } : phaseOf(row, row.exit, call, first, log),
})

const phaseOf = (row: RunRecord, exit: Exit, call: CallId, first: boolean, log: Log): Phase => {
  const handling = takenUp(row, exit, log.now)
  switch (row.standing) {
    case 'open':
      return first
        ? { _tag: 'BackingOff', call, until: row.at, outstanding: undefined, handling }
        : { _tag: 'Recorded', waitsFor: 'turn', call, handling }
    case 'announced':
      return { _tag: 'Announced', doing: 'Waiting', call, since: row.at, patience: undefined, over: over(row, exit, log), handling }
    case 'closed':
      return over(row, exit, log)
  }
}

/** STOPPED may have been cut off the log, or have gone out by way of the sandbox. */
const over = ({ run, attempts }: RunRecord, exit: Exit, { stopped }: Newest): Exited => {
  const said = stopped.get(runKey(run))
  return {
    _tag: 'Exited',
    exit,
    seq: said?.seq,
    handlingMs: said?.handlingMs ?? 0,
    attempts: said?.attempts ?? attempts + 1,
  }
}

const sandboxOf = (key: SandboxKey, { namespace, id, exit }: SandboxRecord, log: Newest): Sandbox => ({
  key,
  namespace,
  id,
  sandboxer: '',
  generation: log.sandboxGenerations.get(key) ?? 1,
  lastCall: 0,
  phase: { _tag: 'NotReady', exit, seq: log.stoppedLast.get(containerKey(namespace, id))?.seq ?? 0 },
})
