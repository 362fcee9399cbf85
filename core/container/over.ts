/**
 * Which pids are those of runs that are over, and when these ended: what a late word, a task that was left behind and a pid that is used
 * again are told apart by.
 *
 * @module
 */
import type { Nanos } from '../ids.ts'
import { nanos } from '../ids.ts'
import type { Container } from '../state.ts'
import type { Run } from './phase.ts'
import { hasPid } from './pid.ts'

/** When a run ended that has been announced. A task of its pid that runs, or that ended later, is another run's. */
export const endOf = ({ phase }: Run): Nanos | undefined =>
  phase._tag === 'Exited' ? phase.exit.at : phase._tag === 'Announced' ? phase.over.exit.at : undefined

export const isClosed = ({ closed }: Container, pid: number): boolean => closed.some((run) => run.pid === pid)

/** Whether any run of it is known. Of a record alone nobody can tell an end. */
export const hasLived = ({ closed, runs }: Container): boolean => runs.length > 0 || closed.length > 0

/** Whether a run of this pid has been announced. */
export const isOver = (container: Container, pid: number): boolean =>
  isClosed(container, pid) || container.runs.some((run) => hasPid(run, pid) && endOf(run) !== undefined)

/** When the last run of this pid that has been announced ended, as far as anybody told; else the beginning of time. */
export const lastEnd = ({ closed, runs }: Container, pid: number): Nanos => {
  const ends = [
    ...closed.flatMap((run) => (run.pid === pid ? [run.exitedAt] : [])),
    ...runs.flatMap((run) => (hasPid(run, pid) ? [endOf(run) ?? nanos(0n)] : [])),
  ]
  return ends.reduce((last, end) => (end > last ? end : last), nanos(0n))
}
