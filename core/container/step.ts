/**
 * One step of one container: what a fact, an answer or an observation means for its record and its runs.
 *
 * @module
 */
import type { LoadSettled, PersistSettled, TimerFired } from '../answer.ts'
import type { Effect } from '../effect.ts'
import type { ContainerEvent } from '../event.ts'
import type { ContainerKey, Millis } from '../ids.ts'
import { callId, parts } from '../ids.ts'
import type { Container } from '../state.ts'
import type { Signal } from './context.ts'
import { dropSettled } from './dropping.ts'
import { ask, askAgain, hasBeen, known, lookupSettled, recordGone } from './lookup.ts'
import type { Observation } from './observation.ts'
import { isOver } from './over.ts'
import { wantsSlot } from './phase.ts'
import { probeSettled, reportAppeared, reportExit, reportStarted, reportTask } from './report.ts'
import type { Surroundings, Work } from './work.ts'
import { looked, told, watchSettled } from './told.ts'
import { change, probe, probeAnew, settle, tellEach } from './work.ts'

export type ContainerInput = ContainerEvent | PersistSettled | TimerFired | Observation | SlotOffered
export type SlotOffered = Extract<Signal, { _tag: 'SlotGranted' }> & { readonly at: Millis }

/** The container after the step, or undefined when there is nothing to remember of it; and what is to be done. */
export type ContainerStep = readonly [Container | undefined, ReadonlyArray<Effect>]

export const stepContainer = (
  around: Surroundings,
  input: ContainerInput,
  key: ContainerKey,
  self: Container | undefined,
): ContainerStep => {
  const before = self ?? unheardOf(key, around.lastForgotten)
  const start: Work = { around, at: input.at, container: before, effects: [] }
  const work = self === undefined ? meet(start, input) : before.lookup._tag === 'NotOurs' ? ignore(start, input) : apply(start, input)
  if (work === undefined) return [undefined, []]
  if (work === start) return [self, []]
  const { container, effects } = settle(before, work)
  return [container, effects]
}

const unheardOf = (key: ContainerKey, lastGeneration: number): Container => {
  const [namespace, id] = parts(key)
  const lookup = { _tag: 'Asked', call: callId(0), failures: 0, live: false, before: undefined } as const
  return { key, namespace, id, lastCall: 0, lastGeneration, lookup, runs: [], closed: [], probe: undefined }
}

/** The first that is heard of a container. Facts that say nothing about a run or a record are not worth remembering it for. */
const meet = (work: Work, input: ContainerInput): Work | undefined => {
  switch (input._tag) {
    case 'ContainerSeen':
      return known(work, input.metadata)
    case 'ContainerChanged':
    case 'TaskStarted':
      return apply(ask(work, true, 0), input)
    case 'TaskExited':
      return input.processId === work.container.id ? apply(ask(work, false, 0), input) : undefined
    case 'TaskDeleted':
      return input.exitedAt === undefined ? undefined : apply(ask(work, false, 0), input)
    case 'TaskSeen':
      return apply(ask(work, false, 0), input)
    default:
      return undefined
  }
}

/** Somebody else's container: only a change of its record can make it ours. */
const ignore = (work: Work, input: ContainerInput): Work | undefined => {
  switch (input._tag) {
    case 'ContainerSeen':
    case 'ContainerChanged':
    case 'ContainerSettled':
    case 'ContainerDeleted':
      return apply(work, input)
    case 'PersistSettled':
    case 'TimerFired':
      return dropSettled(work, input) ?? work
    default:
      return work
  }
}

/** There is no task without a record: the one that was deleted has a successor of which nobody has told us. */
const renewed = (work: Work): Work => (work.container.lookup._tag === 'Deleted' ? askAgain(work) : work)

/** A look shows a task, and not that of a run that is over and was left behind. */
const isThere = ({ container }: Work, seen: LoadSettled['outcome']): boolean =>
  seen._tag === 'Unclear' || ('pid' in seen && !isOver(container, seen.pid))

const apply = (work: Work, input: ContainerInput): Work | undefined => {
  const { container } = work
  switch (input._tag) {
    case 'TaskExited': // an exec's exit is not the container's
      return input.processId === container.id
        ? reportExit(work, { pid: input.pid, exit: told(input, input.pid === 0 ? 'synthesised' : 'observed'), gone: false })
        : work
    case 'TaskDeleted':
      // Of a pid that nobody saw, and without an end: it was created and never started, and nothing has exited.
      if (input.exitedAt === undefined && !container.runs.some((run) => run.id.pid === input.pid)) return work
      return reportExit(hasBeen(work), { pid: input.pid, exit: told(input, input.pid === 0 ? 'synthesised' : 'observed'), gone: true })
    case 'TaskStarted':
      return reportStarted(renewed(work), input.pid)
    case 'TaskCreated':
      return reportAppeared(renewed(work), input.pid)
    case 'TaskOomed':
      return tellEach(work, input, (run) => run === container.runs.at(-1))
    case 'TaskSeen':
      return reportTask(work, input.task, false)
    case 'TaskMissing':
      return probe(work)
    case 'ContainerSeen':
      return known(work, input.metadata)
    case 'ContainerChanged':
      return askAgain(change(work, { recordChangedAt: input.at }, []))
    case 'ContainerMissing':
      return askAgain(work)
    case 'ContainerSettled':
      return lookupSettled(work, input)
    case 'ContainerDeleted':
      return recordGone(hasBeen(work))
    case 'LoadSettled': {
      const known = isThere(work, input.outcome) ? renewed(work) : work
      return input.call === container.probe ? probeSettled(known, input.outcome) : looked(known, input)
    }
    case 'WatchSettled':
      return watchSettled(work, input)
    case 'TimerFired':
      if (input.call === container.probe) return probeAnew(work)
      return container.lookup._tag === 'AskLater' && container.lookup.call === input.call
        ? ask(work, container.lookup.live, container.lookup.failures, container.lookup.before)
        : dropSettled(work, input) ?? tellEach(work, input)
    case 'SlotGranted': {
      const first = container.runs.find((run) => wantsSlot(run.phase))
      return first === undefined ? work : tellEach(work, input, (run) => run === first)
    }
    case 'PersistSettled':
      return dropSettled(work, input) ?? tellEach(work, input)
    case 'OomKillsSettled':
    case 'NriSettled':
    case 'KillSettled':
    case 'DrainSettled':
    case 'DeleteSettled':
    case 'CleanUpSettled':
      return tellEach(work, input)
  }
}
