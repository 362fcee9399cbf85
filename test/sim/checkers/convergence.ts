/**
 * Rules 6 and 9: when the dust has settled nothing is left. No task and no known shim of a run that exited; every exit that the machine
 * could know of is announced; nothing is in handling; every task that runs is watched.
 */
import { describePhase, entries, inHandling, parts } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'
import type { TrueRun } from '../truth.ts'
import { describeTruth } from '../truth.ts'
import type { Knowledge } from './knowledge.ts'
import { containerOf, rowBook, runText } from './support.ts'

export const nothingIsLeft = (view: View, { announced, followedSince, isConflated }: Knowledge): Checker => ({
  quiet: () => {
    const { rows, shims } = view.containerd
    for (const [key, { run, of, alive }] of shims) {
      if (rows.get(key)?.ours !== true) continue
      const rule = '6 no shim left'
      // Leaked by another client while we were not there, and no listing shows it: that is for an audit to find.
      const isKnown = announced.has(of) || followedSince(of) !== undefined
      if (run === undefined && isKnown) broken(rule, `${key} has a shim without a task${alive ? '' : ', and it is dead'}`)
      if (run?.status === 'stopped' && !isConflated(run)) broken(rule, `${describeTruth(run)} is still there`)
    }
  },
})

export const everythingConverges = (view: View, { announced, followedSince, isConflated, window }: Knowledge): Checker => {
  const rule = '9 everything converges'
  const book = rowBook()
  const isExcused = (run: TrueRun): boolean => view.foreign.has(run.key) || window.has(run) || isConflated(run)

  return {
    durable: book.take,
    quiet: (state) => {
      for (const row of book.all()) {
        if (row.standing === 'announced' || (row.standing === 'open' && row.exit !== undefined)) {
          broken(rule, `${runText(row)} is ${row.standing} on disk`)
        }
      }
      for (const [key, { runs, lookup, probe }] of entries(state.containers)) {
        if (lookup._tag === 'Asked' || lookup._tag === 'AskLater' || probe !== undefined) broken(rule, `${key} is still being looked up`)
        for (const { id, phase, oom } of runs) {
          const text = `${runText({ run: id })} is ${describePhase(phase)}`
          if (inHandling(phase) || phase._tag === 'Announced' || oom._tag === 'Writing') broken(rule, text)
          if (phase._tag !== 'Running') continue
          const task = view.containerd.shims.get(key)?.run
          if (task === undefined || task.pid !== id.pid || (task.status !== 'running' && task.status !== 'paused')) {
            broken(rule, `${text}, and the task is ${task === undefined ? 'not there' : describeTruth(task)}`)
          }
        }
      }
      for (const run of view.containerd.runs) {
        if (isExcused(run)) continue
        const isOver = run.exit !== undefined
        // What was in handling when its labels changed was let go of, and nobody may know it when they change back.
        const isUntold = isOver && !announced.has(run) && !view.relabelled.has(run.key)
        if (isUntold && followedSince(run) !== undefined) {
          broken(rule, `${describeTruth(run)} was followed and not announced`)
        }
        if (isUntold && run.deletedBy === 'us') {
          broken(rule, `${describeTruth(run)} was deleted by us and not announced`)
        }
        if (run.status !== 'running' && run.status !== 'paused') continue
        const [namespace] = parts(run.key)
        if (view.containerd.rows.get(run.key)?.ours !== true || !view.plan.namespaces.includes(namespace)) continue
        const open = containerOf(state, run.key)?.runs.find(({ id, phase }) => id.pid === run.pid && phase._tag === 'Running')
        if (open?.phase._tag !== 'Running') broken(rule, `${describeTruth(run)} is not followed`)
        else if (open.phase.watch === undefined) broken(rule, `${describeTruth(run)} is not watched`)
      }
    },
  }
}
