/** Rules 10 and 11: hands off what is not ours, and no exit where there was none. */
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'
import type { Knowledge } from './knowledge.ts'
import { containerOf, isStopped, keyOfRun, runText } from './support.ts'

export const handsOff = (view: View): Checker => {
  const rule = '10 hands off what is not ours'
  return {
    asked: (effect, after) => {
      if ('container' in effect && view.foreign.has(effect.container)) {
        const isRead = effect._tag === 'LoadContainer' || effect._tag === 'LoadTask' || effect._tag === 'UnwatchTask'
        if (!isRead) broken(rule, `${effect._tag} ${effect.container}`)
      }
      if (effect._tag === 'Persist' && effect.owner._tag === 'Container' && view.foreign.has(effect.owner.key)) {
        broken(rule, `rows of ${effect.owner.key}`)
      }
      if (effect._tag !== 'KillTask' && effect._tag !== 'DeleteTask' && effect._tag !== 'CleanUpTask') return
      // What has a row was ours when that was written, even while it is being asked whose the record is now.
      if (containerOf(after, effect.container)?.lookup._tag === 'NotOurs') broken(rule, `${effect._tag} ${effect.container}`)
    },
  }
}

export const noFalseExit = ({ announced, runsOf }: Knowledge): Checker => {
  const rule = '11 a failed Wait is no exit'
  return {
    asked: (effect) => {
      if (effect._tag !== 'Persist') return
      for (const record of effect.records) {
        if (!isStopped(record)) continue
        const runs = runsOf(keyOfRun(record.run), record.run.pid)
        if (runs.length === 0) broken(rule, `${runText(record)}: there never was such a run`)
        if (runs.every((run) => run.exit === undefined || announced.has(run))) {
          broken(rule, `${runText(record)} exit=${record.exitCode}: no run of that pid has exited and is not announced`)
        }
      }
    },
  }
}
