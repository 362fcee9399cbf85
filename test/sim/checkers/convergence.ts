/**
 * Rules 6 and 9: when the dust has settled nothing is left. No task and no known shim of a run that exited; every exit that the machine
 * could know of is announced; nothing is in handling; every task that runs is watched.
 */
import type { State } from '../../../core/index.ts'
import { describePhase, entries, inHandling, parts } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'
import type { TrueRun } from '../truth.ts'
import { describeTruth } from '../truth.ts'
import { containerOf, rowBook, runText } from './support.ts'

export const nothingIsLeft = (view: View): Checker => ({
  quiet: () => {
    const { rows, shims } = view.containerd
    for (const [key, { run, alive }] of shims) {
      if (!rows.has(key) || view.foreign.has(key) || view.relabelled.has(key)) continue
      const rule = '6 no shim left'
      if (run === undefined) broken(rule, `${key} has a shim without a task${alive ? '' : ', and it is dead'}`)
      else if (run.status === 'stopped') broken(rule, `${describeTruth(run)} is still there`)
    }
  },
})

export const everythingConverges = (view: View, window: ReadonlySet<TrueRun>, announced: ReadonlyMap<TrueRun, number>): Checker => {
  const rule = '9 everything converges'
  const book = rowBook()
  /** Runs that the present process follows. */
  let followed = new Set<TrueRun>()
  const isExcused = (run: TrueRun): boolean => view.foreign.has(run.key) || view.relabelled.has(run.key) || window.has(run)

  const note = (state: State): void => {
    for (const run of view.containerd.runs) {
      if (followed.has(run) || announced.has(run)) continue
      const container = containerOf(state, run.key)
      if (container === undefined || (container.lookup._tag !== 'Known' && container.lookup._tag !== 'Deleted')) continue
      const isLatest = view.containerd.runs.findLast((it) => it.key === run.key && it.pid === run.pid) === run
      if (isLatest && container.runs.some(({ id, phase }) => id.pid === run.pid && phase._tag !== 'Exited')) followed.add(run)
    }
  }
  return {
    durable: book.take,
    stepped: (_event, before, after) => {
      if (after !== before) note(after)
    },
    crashed: () => {
      followed = new Set()
    },
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
        if (isOver && !announced.has(run) && followed.has(run)) broken(rule, `${describeTruth(run)} was followed and not announced`)
        if (isOver && !announced.has(run) && run.deletedBy === 'us') {
          broken(rule, `${describeTruth(run)} was deleted by us and not announced`)
        }
        if (run.status !== 'running' && run.status !== 'paused') continue
        const [namespace] = parts(run.key)
        if (!view.containerd.rows.has(run.key) || !view.plan.namespaces.includes(namespace)) continue
        const open = containerOf(state, run.key)?.runs.find(({ id, phase }) => id.pid === run.pid && phase._tag === 'Running')
        if (open?.phase._tag !== 'Running') broken(rule, `${describeTruth(run)} is not followed`)
        else if (open.phase.watch === undefined) broken(rule, `${describeTruth(run)} is not watched`)
      }
    },
  }
}
