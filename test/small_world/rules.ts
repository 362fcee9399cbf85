/**
 * The rules that every transition is held to, of what can be seen from outside the machine: what it asks for, what is on disk, and what is
 * true. What must hold of its state is `violations`.
 */
import type { Announcement, ContainerKey, Effect, Policy, ReaperEvent, ReaperRecord } from '../../core/index.ts'
import { containerKey, millis, toNanos } from '../../core/index.ts'
import { exitOf, isStopped, rowOf, runOfCall, runText, sameExit } from '../sim/checkers/support.ts'
import { broken } from '../sim/hooks.ts'
import type { Situation } from './situation.ts'
import { containerAt, taskOf, type TrueRun } from './truth.ts'

/** Something bore out that the task of `pid` is STOPPED (0: that there is none). */
export interface Evidence {
  readonly key: ContainerKey
  readonly pid: number
  readonly toldAt: number
  /** How many runs the container had had when it was so. */
  readonly runs: number
}

/** What the machine may go by from now on. What is too old to go by is left out. */
export const evidenceAfter = (policy: Policy, s: Situation, event: ReaperEvent): ReadonlyArray<Evidence> => {
  const fresh = s.evidence.filter(({ toldAt }) => s.now - toldAt <= policy.justNowMs)
  const old = fresh.length === s.evidence.length ? s.evidence : fresh
  const add = (key: ContainerKey, pid: number): ReadonlyArray<Evidence> => {
    const { runs } = containerAt(s.truth, key)
    const place = runs.findIndex((run) => run.pid === pid)
    return [...old, { key, pid, toldAt: s.now, runs: pid === 0 ? lastGone(runs) : place + 1 }]
  }
  const exit = (key: ContainerKey, pid: number, exitedAt: bigint | undefined): ReadonlyArray<Evidence> =>
    pid === 0 || exitedAt === undefined || toNanos(millis(s.now)) - exitedAt > toNanos(millis(policy.justNowMs)) ? old : add(key, pid)
  switch (event._tag) {
    case 'LoadSettled':
      return event.outcome._tag === 'Stopped'
        ? add(event.container, event.outcome.pid)
        : event.outcome._tag === 'NotFound'
        ? add(event.container, 0)
        : old
    case 'TaskExited':
      return exit(event.container, event.pid, event.exitedAt)
    case 'WatchSettled':
      return event.outcome._tag === 'Exited' ? exit(event.container, event.outcome.pid, event.outcome.exitedAt) : old
    case 'TaskStarted':
    case 'TaskCreated': {
      // Another task appeared: what was seen before it does not hold any more, unless that was seen of a later one.
      const born = containerAt(s.truth, event.container).runs.findIndex(({ pid }) => pid === event.pid)
      return old.filter((it) => it.key !== event.container || it.runs > born)
    }
    default:
      return old
  }
}

const lastGone = (runs: ReadonlyArray<TrueRun>): number => runs.filter(({ deletedBy }) => deletedBy !== undefined).length

const isDestructive = (effect: Effect): effect is Extract<Effect, { readonly _tag: 'KillTask' | 'DeleteTask' | 'CleanUpTask' }> =>
  effect._tag === 'KillTask' || effect._tag === 'DeleteTask' || effect._tag === 'CleanUpTask'

/** Whom a destructive call is meant for, and how many runs the container had had at the look that bears it out. */
export interface Basis {
  readonly pid: number
  readonly runs: number
}

/** May the machine ask for this now? */
export const checkAsked = (policy: Policy, s: Situation, effect: Effect): Basis | undefined => {
  if (effect._tag === 'Persist') checkWrite(s, effect)
  if (!isDestructive(effect)) return undefined
  const run = runOfCall(s.machine, effect.container, effect.call)
  if (run === undefined) return broken('write before delete', `${effect._tag} ${effect.container} belongs to no run`)
  const text = `${effect._tag} for ${runText({ run: run.id })}`
  const row = s.rows.findLast((it) => it._tag === 'RunRecord' && isOfRun(it, effect.container, run.id.generation))
  const known = exitOf(run.phase)
  if (row?._tag !== 'RunRecord' || row.exit === undefined) return broken('write before delete', `${text} and no exit on disk`)
  if (known !== undefined && !sameExit(row.exit, known)) broken('write before delete', `${text}: another exit is on disk`)
  const other = s.calls.find(({ effect: it }) => isDestructive(it) && it.container === effect.container)
  if (other !== undefined) broken('one destructive call per container', `${text} while ${other.effect._tag} is in flight`)
  const pid = effect._tag === 'CleanUpTask' ? 0 : run.id.pid
  const looks = s.evidence.filter((it) => it.key === effect.container && it.pid === pid && s.now - it.toldAt <= policy.justNowMs)
  if (looks.length === 0) broken('no destructive call without a look', text)
  return { pid: run.id.pid, runs: Math.max(...looks.map(({ runs }) => runs)) }
}

const isOfRun = ({ run }: Extract<ReaperRecord, { readonly run: unknown }>, key: ContainerKey, generation: number): boolean =>
  containerKey(run.namespace, run.id) === key && run.generation === generation

const checkWrite = (s: Situation, effect: Extract<Effect, { readonly _tag: 'Persist' }>): void => {
  const rule = 'write before announce'
  for (const { announcement } of effect.release) {
    if (!effect.records.includes(announcement)) broken(rule, `released and not written: ${runText(announcement)}`)
  }
  for (const record of effect.records) {
    if (!isStopped(record)) continue
    const row = rowOf(effect.records, record)
    if (row?.exit === undefined || row.standing === 'open' || row.exit.code !== record.exitCode) {
      return broken(rule, `STOPPED of ${runText(record)} without its status in the same write`)
    }
    const { runs } = containerAt(s.truth, containerKey(record.run.namespace, record.run.id))
    const run = runs.find(({ pid }) => pid === record.run.pid)
    // An exit that nobody observed and a shim that cannot be reached are taken for an end, as upstream does.
    const isGuess = row.standing === 'announced' && row.exit.rank !== 'observed'
    if (run?.exitedAt === undefined && !isGuess) broken('no false exit', `STOPPED of ${runText(record)}, which has not ended`)
    if (run !== undefined && run.code !== record.exitCode && run.deletedBy === 'us') {
      broken('the true exit code', `${runText(record)} announced with ${record.exitCode}, and was ours to save with ${run.code}`)
    }
  }
}

/** The write has reached the disk: one STOPPED a run, and numbers that rise. */
export const checkDurable = (s: Situation, effect: Extract<Effect, { readonly _tag: 'Persist' }>): void => {
  const last = s.rows.reduce((highest, it) => (it._tag === 'Announcement' ? Math.max(highest, it.seq) : highest), 0)
  let seq = last
  for (const record of effect.records) {
    if (record._tag !== 'Announcement') continue
    if (record.seq <= seq) broken('numbers rise', `seq=${record.seq} written after seq=${seq}`)
    seq = record.seq
    if (record.type !== 'CONTAINER_STOPPED') continue
    const before = s.rows.find((it) => it._tag === 'Announcement' && it.type === 'CONTAINER_STOPPED' && isSameRun(it, record))
    if (before !== undefined) broken('one STOPPED a run', `${runText(record)} announced again`)
  }
}

/** A pid names one true run here; a sandbox has none, and ends once. */
const isSameRun = ({ run: a }: Announcement, { run: b }: Announcement): boolean =>
  a.namespace === b.namespace && a.id === b.id && (a.pid === b.pid || b.pid === 0)

/**
 * A destructive call reaches containerd. Whether the task it finds is another than it was meant for: forgiven only if that began after the
 * look, in the check-to-call window.
 */
export const hitsAnother = (s: Situation, key: ContainerKey, basis: Basis | undefined, what: string): boolean => {
  const container = containerAt(s.truth, key)
  const task = taskOf(container)
  if (task === undefined || basis === undefined || (task.pid === basis.pid && task.status === 'stopped')) return false
  if (container.runs.length <= basis.runs) broken('never another run', `${what} ${key} for pid=${basis.pid} hits pid=${task.pid}`)
  return true
}
