/**
 * CREATED, STARTED, STOPPED, DELETED: which of them are due for one container, given what has been told of it and what is known of it now.
 * Whatever order containerd reported things in, they are told in this one, and STOPPED only when its announcement is durable.
 *
 * @module
 */
import { inHandling } from '../container/phase.ts'
import type { Container, Sandbox } from '../state.ts'
import type { CriEventType } from './types.ts'

/** What a stream of events has told of one container (or sandbox) so far. */
export interface Lifeline {
  /** STARTED was told, and no STOPPED since. */
  readonly isRunning: boolean
  /** Generations of runs whose STOPPED was told while they were still being seen to. */
  readonly over: ReadonlyArray<number>
  /** Runs up to this generation are older than the stream: their STARTED is told with their STOPPED, and not before. */
  readonly quiet: number
}

/** What is known of it now, as far as its events depend on it. */
export interface Sight {
  /** `unknown`: nothing can be said yet. `lingering`: it is over, and kept only for being remembered. */
  readonly standing: 'unknown' | 'there' | 'lingering' | 'gone'
  /** Generations of the runs whose STOPPED is still to come, oldest first. */
  readonly open: ReadonlyArray<number>
  readonly lastGeneration: number
}

/** What has been told then, undefined when all has been, and what is to be told for it, in order. */
export type Telling = readonly [Lifeline | undefined, ReadonlyArray<CriEventType>]

const unborn: Lifeline = { isRunning: false, over: [], quiet: 0 }

/** Nothing of this container is told yet; it, and its runs so far, are older than the stream. */
export const olderThanStream = ({ lastGeneration }: Sight): Lifeline => ({ ...unborn, quiet: lastGeneration })

/** What is due once this is known. */
export const follow = (line: Lifeline | undefined, sight: Sight): Telling => {
  switch (sight.standing) {
    case 'unknown':
      return [line, []]
    case 'lingering': // the events of a run that is over came with its STOPPED
      return [line, []]
    case 'gone':
      // A container whose end is still being handled is deleted, for listeners, when it has stopped.
      if (line === undefined || sight.open.length > 0) return [line, []]
      return [undefined, ['DELETED']]
    case 'there': {
      const created: ReadonlyArray<CriEventType> = line === undefined ? ['CREATED'] : []
      const before = line ?? unborn
      const told: Lifeline = before.over.length === 0 ? before : { ...before, over: before.over.filter((run) => sight.open.includes(run)) }
      const oldest = sight.open.find((run) => !told.over.includes(run))
      // A younger run is told of when the older one has stopped.
      if (told.isRunning || oldest === undefined || oldest <= told.quiet) return [told, created]
      return [{ ...told, isRunning: true }, [...created, 'STARTED']]
    }
  }
}

/**
 * What is due when STOPPED of a run is announced: all that has to come before it and was not told, and itself, once. A run that was learnt
 * of late may stop while another one is being told of as running: that one is STARTED again when it is looked at next, so that each
 * STOPPED has its STARTED before it.
 */
export const stopped = (line: Lifeline | undefined, generation: number): Telling => {
  const told = line ?? unborn
  if (told.over.includes(generation)) return [line, []]
  return [
    { ...told, isRunning: false, over: [...told.over, generation] },
    [...(line === undefined ? ['CREATED'] as const : []), ...(told.isRunning ? [] : ['STARTED'] as const), 'STOPPED'],
  ]
}

/** undefined: the machine has forgotten it, or never knew it. */
export const sightOfContainer = (container: Container | undefined): Sight => {
  if (container === undefined) return { standing: 'gone', open: [], lastGeneration: 0 }
  const { lookup: { _tag }, runs, lastGeneration } = container
  const open = runs.flatMap(({ id, phase }) => phase._tag === 'Running' || inHandling(phase) ? [id.generation] : [])
  return {
    standing: _tag === 'Known' ? 'there' : _tag === 'Deleted' || _tag === 'NotOurs' ? 'gone' : 'unknown',
    open,
    lastGeneration,
  }
}

export const sightOfSandbox = ({ phase, generation }: Sandbox): Sight =>
  phase._tag === 'NotReady'
    ? { standing: 'lingering', open: [], lastGeneration: generation }
    : { standing: 'there', open: [generation], lastGeneration: generation }
