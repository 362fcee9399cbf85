/**
 * Which pids are those of runs that are over, and when these ended: what a late word, a task that was left behind and a pid that is used
 * again are told apart by.
 *
 * @module
 */
import type { Nanos } from '../ids.ts'
import { nanos } from '../ids.ts'
import type { Container } from '../state.ts'
import { metadataOf } from './context.ts'
import type { Run } from './phase.ts'
import { hasPid } from './pid.ts'

export interface ClosedRun {
  readonly pid: number
  readonly exitedAt: Nanos
  /** It was let go of before it was announced, for it was somebody else's then. */
  readonly untold?: true
}

/** When a run ended that has been announced. A task of its pid that runs, or that ended later, is another run's. */
export const endOf = ({ phase }: Run): Nanos | undefined =>
  phase._tag === 'Exited' ? phase.exit.at : phase._tag === 'Announced' ? phase.over.exit.at : undefined

/** How many runs that are over are remembered: more than a shim's retries can have in the air at once. */
const remembered = 8

export const remember = (closed: ReadonlyArray<ClosedRun>, ended: ReadonlyArray<Run>): ReadonlyArray<ClosedRun> =>
  [...closed, ...ended.flatMap(closedRun)].slice(-remembered)

/** What is remembered of a run that has ended. A pid of an earlier boot says nothing any more. */
const closedRun = ({ id: { pid }, phase, formerBoot }: Run): ReadonlyArray<ClosedRun> => {
  if (formerBoot === true || phase._tag === 'Running') return []
  if (phase._tag === 'Exited') return [{ pid, exitedAt: phase.exit.at }]
  const closed: ClosedRun = { pid, exitedAt: phase.handling.exit.at }
  // A write by which it is being announced is made, whoever hears of it.
  return [phase._tag === 'Announced' || phase._tag === 'Recording' ? closed : { ...closed, untold: true }]
}

/** Whether a run of this pid has been announced that is over. */
export const isClosed = ({ closed }: Container, pid: number): boolean => closed.some((run) => run.pid === pid && run.untold !== true)

/**
 * Whether the end of the sandbox of its name is told as that of this container: a pause container, or one whose record was gone before it
 * could be read, and of which a run is known. Of a record alone nobody can tell an end.
 */
export const standsForSandbox = (container: Container): boolean =>
  (metadataOf(container).kind === 'sandbox' || container.lookup._tag === 'Deleted') && hasLived(container)

/** Whether any run of it is known. */
export const hasLived = ({ closed, runs }: Container): boolean => runs.length > 0 || closed.some(({ untold }) => untold !== true)

/** Whether a run of this pid is known to have ended, and is not being handled. */
export const isOver = ({ closed, runs }: Container, pid: number): boolean =>
  closed.some((run) => run.pid === pid) || runs.some((run) => hasPid(run, pid) && endOf(run) !== undefined)

/** When the last run of this pid that has been announced ended, as far as anybody told; else the beginning of time. */
export const lastEnd = ({ closed, runs }: Container, pid: number): Nanos => {
  const ends = [
    ...closed.flatMap((run) => (run.pid === pid && run.untold !== true ? [run.exitedAt] : [])),
    ...runs.flatMap((run) => (hasPid(run, pid) ? [endOf(run) ?? nanos(0n)] : [])),
  ]
  return ends.reduce((last, end) => (end > last ? end : last), nanos(0n))
}
