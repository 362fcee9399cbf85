/**
 * NRI plugins: each is told of a run once, whatever path its handling took; again only if the process died between the telling and the
 * write that marks it; and no handling waits for them longer than one request may take.
 */
import type { ContainerKey, Effect, RunId, State } from '../../../core/index.ts'
import { entries } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'
import { requestMs } from '../plugins.ts'
import { isStopped, keyOfRun, rowBook, runText } from './support.ts'

/** A look first learns the pid of a run that was found without one: the generation names it from its beginning. */
const nameOf = (run: RunId): string => `${keyOfRun(run)}#${run.generation}`

const dropped = (effect: Effect): ReadonlyArray<RunId> =>
  effect._tag === 'Persist' ? effect.records.flatMap((record) => (record._tag === 'RunDropped' ? [record.run] : [])) : []

export const pluginsOncePerRun = (): Checker => {
  const rule = 'NRI: a plugin is told of a run once'
  const book = rowBook()
  /** Who was told of which run, in this life of the process; and in an earlier one, with the mark on disk when that ended. */
  const told = new Map<string, RunId>()
  const marked = new Set<string>()
  return {
    durable: book.take,
    asked: (effect) => {
      // An exit that was false: the run goes on, and its true end is told.
      for (const run of dropped(effect)) {
        for (const names of [told, marked]) for (const name of names.keys()) if (name.endsWith(` ${nameOf(run)}`)) names.delete(name)
      }
    },
    pluginTold: (plugin, run) => {
      const name = `${plugin} ${nameOf(run)}`
      if (told.has(name)) broken(rule, `${plugin} is told of ${runText({ run })} twice`)
      if (marked.has(name)) broken(rule, `${plugin} is told of ${runText({ run })} again, though it was marked before the process died`)
      told.set(name, run)
    },
    crashed: () => {
      for (const [name, run] of told) if (book.get(keyOfRun(run), run.generation)?.notified === true) marked.add(name)
      told.clear()
    },
  }
}

export const pluginsOnEveryPath = (view: View): Checker => {
  const rule = 'NRI: plugins are told on every path'
  const book = rowBook()
  let asked = new Set<string>()
  return {
    durable: book.take,
    asked: (effect) => {
      if (effect._tag === 'NotifyNriExit') asked.add(nameOf(effect.run))
      for (const run of dropped(effect)) asked.delete(nameOf(run))
      if (effect._tag !== 'Persist' || !view.plan.policy.nri) return
      for (const record of effect.records) {
        if (!isStopped(record) || asked.has(nameOf(record.run))) continue
        if (book.get(keyOfRun(record.run), record.run.generation)?.notified === true) continue
        broken(rule, `${runText(record)} is announced, and plugins were not told`)
      }
    },
    crashed: () => {
      asked = new Set()
    },
  }
}

export const pluginsDelayNobody = (view: View): Checker => {
  const rule = 'NRI: plugins delay a handling by one request at most'
  /** The answer stands in the mailbox for a moment. */
  const mostMs = requestMs + 10
  let since = new Map<string, number>()
  const look = (state: State): void => {
    const next = new Map<string, number>()
    for (const [key, { runs }] of entries(state.containers)) {
      for (const { id, phase } of runs) {
        if (phase._tag === 'Notifying') watch(next, key, id.generation, phase.call)
      }
    }
    since = next
  }
  const watch = (next: Map<string, number>, key: ContainerKey, generation: number, call: number): void => {
    const name = `${key}#${generation} ${call}`
    const began = since.get(name) ?? view.now()
    if (view.now() - began > mostMs) broken(rule, `${key}#${generation} waits for plugins for ${view.now() - began} ms`)
    next.set(name, began)
  }
  if (view.plan.plugins === 0) return {}
  return {
    stepped: (_event, before, after) => {
      if (before !== after) look(after)
    },
    told: (_event, state) => look(state),
    crashed: () => {
      since = new Map()
    },
  }
}
