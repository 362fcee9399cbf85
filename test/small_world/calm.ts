/**
 * Nothing goes wrong any more: what is on its way arrives, every call is answered with the truth, timers fire, a listing comes now and then.
 * Within bounds everything has to come to rest, and then nothing may be left over.
 */
import { describeContainer, entries, lookup } from '../../core/index.ts'
import { broken } from '../sim/hooks.ts'
import { fire, goOn, waysOf } from './answers.ts'
import type { Rules, Situation } from './situation.ts'
import { at, listingOf, take } from './situation.ts'
import { taskOf } from './truth.ts'

/** The machine of a world this small comes to rest in far fewer steps. */
const enough = 400

/** One step of a calm world, undefined when all is quiet. */
export const calmStep = (rules: Rules, s: Situation): Situation | undefined => {
  const [event] = s.events
  if (event !== undefined) return take(rules, { ...s, events: s.events.slice(1) }, at(s, event.fact))
  if (s.listing !== undefined) {
    const next: Situation = { ...s, listing: undefined }
    return take(rules, next, at(next, listingOf(s.truth)))
  }
  for (const call of s.calls) {
    const way = waysOf(s, call).find(({ isFailure }) => !isFailure)
    if (way !== undefined) return goOn(rules, way)
  }
  return fire(rules, s)
}

export const quiet = (rules: Rules, from: Situation): Situation => {
  let s = from
  for (let steps = 0; steps < enough; steps += 1) {
    const next = calmStep(rules, s)
    if (next === undefined) return s
    s = next
  }
  return broken('everything converges', `something still moves after ${enough} steps: ${s.calls.map(({ effect }) => effect._tag).join()}`)
}

/** To rest, then a listing as it comes once a minute, and to rest again. */
export const calm = (rules: Rules, from: Situation): Situation => {
  const once = quiet(rules, from)
  return quiet(rules, { ...once, listing: once.truth })
}

/** What must be true of a world at rest. */
export const checkRest = (s: Situation): void => {
  for (const [, container] of entries(s.machine.containers)) {
    for (const { phase } of container.runs) {
      if (phase._tag !== 'Running' && phase._tag !== 'Exited') broken('everything converges', `still ${describeContainer(container)}`)
    }
  }
  for (const container of s.truth.containers) {
    const { key, record, shim, runs } = container
    const task = taskOf(container)
    if (record && task?.status === 'stopped') broken('no shim left', `${key} still has its task, pid=${task.pid}`)
    if (record && task === undefined && shim && isKnown(s, runs.at(-1)?.pid ?? 0, key)) {
      broken('no shim left', `${key} has a shim without a task`)
    }
    for (const { pid, deletedBy } of runs) {
      const isTold = s.rows.some((it) => it._tag === 'Announcement' && `ci/${it.run.id}` === key && it.run.pid === pid)
      if (deletedBy === 'us' && !isTold) broken('everything converges', `${key} pid=${pid} was deleted by us and not announced`)
    }
    if (task?.status !== 'running' || !record) continue
    const open = lookup(key, s.machine.containers)?.runs.find(({ id }) => id.pid === task.pid)
    if (open?.phase._tag !== 'Running' || open.phase.watch === undefined) broken('everything converges', `${key} runs and is not watched`)
  }
}

/** A shim that another client leaked, of a task that we never heard of, is for an audit to find. */
const isKnown = (s: Situation, pid: number, key: string): boolean =>
  s.rows.some((it) => it._tag === 'RunRecord' && `ci/${it.run.id}` === key && it.run.pid === pid)
