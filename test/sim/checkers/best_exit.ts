/** Rule 3: the best exit wins, once. One STOPPED a run, with the true code if anybody told it in time or if we destroyed the task. */
import type { ContainerKey, Exit, ReaperEvent, State } from '../../../core/index.ts'
import { containerKey } from '../../../core/index.ts'
import type { Checker } from '../hooks.ts'
import { broken } from '../hooks.ts'
import type { TrueRun } from '../truth.ts'
import { describeTruth } from '../truth.ts'
import type { Knowledge } from './knowledge.ts'
import { containerOf, isStopped, keyOfRun, rowOf, runText } from './support.ts'

const rule = '3 the best exit wins, once'

/** Exits as the machine was told them, by whom they name. */
const reportsOf = (
  event: ReaperEvent,
): ReadonlyArray<{ readonly key: ContainerKey; readonly pid: number; readonly at: bigint | undefined }> => {
  switch (event._tag) {
    case 'TaskExited':
      return event.container.endsWith(`/${event.processId}`) ? [{ key: event.container, pid: event.pid, at: event.exitedAt }] : []
    case 'TaskDeleted':
      return [{ key: event.container, pid: event.pid, at: event.exitedAt }]
    case 'WatchSettled':
      return event.outcome._tag === 'Exited' ? [{ key: event.container, pid: event.outcome.pid, at: event.outcome.exitedAt }] : []
    case 'LoadSettled':
      return event.outcome._tag === 'Stopped' ? [{ key: event.container, pid: event.outcome.pid, at: event.outcome.exitedAt }] : []
    case 'Relisted':
      return event.tasks.flatMap(({ id, task }) =>
        task._tag === 'Stopped' ? [{ key: containerKey(event.namespace, id), pid: task.pid, at: task.exitedAt }] : []
      )
    default:
      return []
  }
}

export const bestExitOnce = ({ announce, announced, attribute, followedSince, isConflated, runsOf, window }: Knowledge): Checker => {
  /** Runs whose true exit the present process was told of, or that is on disk. */
  let told = new Set<TrueRun>()
  const written = new Set<TrueRun>()
  /** Runs of which the first that was told by pid was not true: what containerd makes up for a dead shim may come with the pid. */
  const misled = new Set<TrueRun>()
  const identities = new Map<string, number>()
  const truly = (key: ContainerKey, pid: number, at: bigint | undefined): TrueRun | undefined =>
    at === undefined ? undefined : runsOf(key, pid).find(({ exit }) => exit?.at === at)
  /** To the machine, which has not seen this task run, a word of its pid is of the task that had the pid before. */
  const isRepeatTo = (state: State, run: TrueRun): boolean => {
    const known = runsOf(run.key, run.pid).length > 1 && followedSince(run) === undefined ? containerOf(state, run.key) : undefined
    return known !== undefined && (known.closed.some(({ pid }) => pid === run.pid) ||
      known.runs.some(({ id, phase }) => id.pid === run.pid && (phase._tag === 'Exited' || phase._tag === 'Announced')))
  }
  const check = (run: TrueRun, exit: Exit, text: string): void => {
    const { blurred, exit: truth } = run
    if (
      (blurred && misled.has(run)) || truth === undefined || truth.code === exit.code || window.has(run) ||
      isConflated(run)
    ) {
      return
    }
    const why = told.has(run) ? 'was told' : written.has(run) ? 'is on disk' : run.deletedBy === 'us' ? 'was ours to save' : undefined
    if (why !== undefined) broken(rule, `${text} announced with ${exit.code} ${exit.rank}, and ${truth.code} ${why}`)
  }
  return {
    asked: (effect) => {
      if (effect._tag !== 'Persist') return
      for (const record of effect.records) {
        if (!isStopped(record)) continue
        const row = rowOf(effect.records, record)
        const run = attribute(record)
        if (run !== undefined && row?.exit !== undefined && !announced.has(run)) check(run, row.exit, runText(record))
      }
    },
    told: (event, state) => {
      for (const { key, pid, at } of reportsOf(event)) {
        const run = truly(key, pid, at)
        if (run !== undefined && isRepeatTo(state, run)) continue
        if (run !== undefined) told.add(run)
        else for (const other of runsOf(key, pid)) if (!told.has(other)) misled.add(other)
      }
    },
    stepped: (event, before, after) => {
      // Forgotten: all there ever was of it were events about a record that is not there any more.
      const key = 'container' in event ? event.container : undefined
      if (key === undefined || after === before || containerOf(after, key) !== undefined) return
      for (const run of told) if (run.key === key) told.delete(run)
    },
    crashed: () => {
      told = new Set()
    },
    durable: (records) => {
      for (const record of records) {
        if (record._tag === 'RunRecord' && record.exit?.rank === 'observed') {
          const run = truly(keyOfRun(record.run), record.run.pid, record.exit.at)
          if (run !== undefined) written.add(run)
        }
        if (!isStopped(record)) continue
        const identity = runText(record)
        if (identities.has(identity)) broken(rule, `${identity} announced as seq=${identities.get(identity)} and seq=${record.seq}`)
        identities.set(identity, record.seq)
        const run = attribute(record)
        if (run === undefined) return broken(rule, `${identity} announced, and no such run is left to announce`)
        const before = announced.get(run)
        if (before !== undefined && !isConflated(run)) {
          broken(rule, `${describeTruth(run)} announced as seq=${before} and seq=${record.seq}`)
        }
        announce(run, record.seq)
      }
    },
  }
}
