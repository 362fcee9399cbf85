/** The steps beside the deletes: NRI plugins are told once, IO is closed on every path, and an OOM kill ends up as the reason. */
import type { Announcement } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'
import type { Knowledge } from './knowledge.ts'
import { isStopped, keyOfRun, rowBook, runText } from './support.ts'

export const nriOnce = ({ isConflated, runsOf }: Knowledge): Checker => {
  const rule = 'NRI once a run'
  const book = rowBook()
  let told = new Set<string>()
  return {
    durable: book.take,
    asked: (effect) => {
      if (effect._tag !== 'NotifyNriExit') return
      const name = runText(effect)
      // Two tasks of one pid in a row can be one run to whoever saw no more than that.
      if (runsOf(effect.container, effect.run.pid).some(isConflated)) return
      if (told.has(name)) broken(rule, `${name} told twice`)
      if (book.get(effect.container, effect.run.generation)?.notified === true) broken(rule, `${name} told again after a restart`)
      told.add(name)
    },
    crashed: () => {
      told = new Set()
    },
  }
}

export const ioClosed = (view: View): Checker => {
  const rule = 'IO closed on every path'
  let closed = new Set<string>()
  return {
    asked: (effect) => {
      if (effect._tag === 'CloseIo') closed.add(runText(effect))
      if (effect._tag !== 'Persist' || !view.plan.policy.io) return
      for (const record of effect.records) {
        if (isStopped(record) && !closed.has(runText(record))) broken(rule, `${runText(record)} announced`)
      }
    },
    crashed: () => {
      closed = new Set()
    },
  }
}

/** Of an id that had one task only it is plain whose OOM kill it was. */
export const oomIsTheReason = (view: View): Checker => {
  const rule = 'an OOM kill is the reason'
  const last = new Map<string, Announcement>()
  let told = new Set<string>()
  return {
    told: (event) => {
      if (event._tag === 'OomKillsSettled' && event.outcome._tag === 'Counted' && event.outcome.kills > 0n) told.add(event.container)
    },
    stepped: (event, _before, after) => {
      if (event._tag !== 'TaskOomed') return
      const container = view.containerd.runs.filter((run) => run.key === event.container).length === 1
      if (container && after !== _before) told.add(event.container)
    },
    crashed: () => {
      told = new Set()
    },
    durable: (records) => {
      for (const record of records) {
        if (record._tag === 'RunRecord' && record.oomKilled) told.add(keyOfRun(record.run))
        if (record._tag === 'RunDropped') told.delete(keyOfRun(record.run))
        if (record._tag !== 'Announcement' || record.run.pid === 0) continue
        last.set(keyOfRun(record.run), record)
        if (!isStopped(record) || record.reason !== 'OOMKilled') continue
        const kills = view.containerd.runs.reduce((total, it) => it.key === keyOfRun(record.run) ? total + it.oomKills : total, 0)
        if (kills === 0) broken(rule, `${runText(record)} says OOMKilled and nothing was killed`)
      }
    },
    quiet: () => {
      for (const [key, announcement] of last) {
        const runs = view.containerd.runs.filter((run) => run.key === key)
        if (runs.length !== 1 || !told.has(key)) continue
        if (announcement.reason !== 'OOMKilled') broken(rule, `${runText(announcement)} says ${announcement.reason}`)
      }
    },
  }
}
