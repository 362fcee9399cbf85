/**
 * What is in handling, since when, which attempt, and what went wrong last: the state as an operator asks for it.
 *
 * @module
 */
import type { HandlingPhase, Phase } from './container/phase.ts'
import { inHandling } from './container/phase.ts'
import type { Millis, RunId } from './ids.ts'
import type { Container, State } from './state.ts'
import { entries } from './table.ts'

/** One run whose end is not over yet. */
export interface HandlingRow {
  readonly run: RunId
  /** Name of the phase, and for `Recorded` what it waits for: `Recorded (slot)`. */
  readonly phase: string
  readonly exitCode: number
  /** When the exit was first seen. */
  readonly since: Millis
  /** The attempt it is in, or that comes next; 1 is the first. */
  readonly attempt: number
  readonly lastError: string | undefined
  /** When the next attempt begins at the latest; undefined unless it backs off. */
  readonly nextAttemptAt: Millis | undefined
  /** A call to containerd that outlived its attempt and is still waited for. */
  readonly outstanding: string | undefined
}

export interface Progress {
  /** Containers that are looked after. */
  readonly containers: number
  /** Runs believed to be alive. */
  readonly running: number
  /** In the order of their containers. */
  readonly handling: ReadonlyArray<HandlingRow>
  /** The last sequence number that was given out; 0 before the first announcement. */
  readonly lastSeq: number
}

/** Costs O(n log n): for people who ask, not for events. */
export const progress = (state: State): Progress => {
  const containers = entries(state.containers).map(([, container]) => container).filter(({ lookup }) => lookup._tag !== 'NotOurs')
  const runs = containers.flatMap((container) => container.runs.map((run) => ({ container, run })))
  return {
    containers: containers.filter(({ lookup }) => lookup._tag === 'Known').length,
    running: runs.filter(({ run }) => run.phase._tag === 'Running').length,
    handling: runs.flatMap(({ container, run }) => (isOpen(run.phase) ? [row(container, run.id, run.phase)] : [])),
    lastSeq: state.nextSeq - 1,
  }
}

type OpenPhase = HandlingPhase | Extract<Phase, { readonly _tag: 'Announced' }>

const isOpen = (phase: Phase): phase is OpenPhase => inHandling(phase) || phase._tag === 'Announced'

const row = ({ namespace, id }: Container, run: RunId, phase: OpenPhase): HandlingRow => ({
  run: { ...run, namespace, id },
  phase: phase._tag === 'Recorded' ? `Recorded (${phase.waitsFor})` : phase._tag,
  exitCode: phase.handling.exit.code,
  since: phase.handling.seenAt,
  attempt: phase.handling.failures + 1,
  lastError: phase.handling.lastError,
  nextAttemptAt: phase._tag === 'BackingOff' ? phase.until : undefined,
  outstanding: outstanding(phase),
})

const outstanding = (phase: OpenPhase): string | undefined => {
  if (phase._tag === 'BackingOff') return phase.outstanding?.what
  // Its own timer has fired by now, and another has been set.
  const isLong = phase._tag === 'Announced' && phase.patience !== undefined && phase.patience !== phase.call
  return isLong ? (phase.doing === 'Deleting' ? 'Delete' : 'CleanUp') : undefined
}
