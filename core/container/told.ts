/**
 * Exits as Waits and events tell them, before it is known whose they are.
 *
 * @module
 */
import type { LoadSettled, WatchSettled } from '../answer.ts'
import type { Exit } from '../exit.ts'
import type { Millis, Nanos } from '../ids.ts'
import { toNanos } from '../ids.ts'
import { hasPid } from './pid.ts'
import { reportExit } from './report.ts'
import type { Container } from '../state.ts'
import type { Work } from './work.ts'
import { probe, tellEach } from './work.ts'

/** A Wait's result counts for the run whose pid it was bound to; unbound, for the run that opened it. */
export const watchSettled = (work: Work, input: WatchSettled): Work => {
  const { outcome } = input
  const watched = work.container.runs.find((run) => run.phase._tag === 'Running' && run.phase.watch === input.call)
  if (outcome._tag !== 'Exited') return tellEach(work, input)
  const { code, exitedAt } = outcome
  const exit = told({ code, exitedAt, at: input.at }, 'observed')
  if (outcome.pid !== 0) {
    const told = reportExit(work, { pid: outcome.pid, exit, gone: false })
    return watched === undefined || watched.id.pid === outcome.pid ? told : probe(tellEach(told, input))
  }
  if (watched === undefined) return work
  // It may have been opened when another task had taken the place of this one. The same instant says whose end it is.
  if (exitedAt !== undefined && isKnownEnd(work.container, exitedAt)) return probe(tellEach(work, input))
  // And if nobody knows of that task yet, whoever names the pid later is believed rather than this.
  return tellEach(work, { _tag: 'ExitFound', exit: { ...exit, rank: 'synthesised' }, sure: false, gone: false }, (run) => run === watched)
}

const isKnownEnd = ({ closed, runs }: Container, at: Nanos): boolean =>
  closed.some(({ exitedAt }) => exitedAt === at) || runs.some(({ phase }) => 'handling' in phase && phase.handling.exit.at === at)

/** An exit whose time nobody gave happened when we learnt of it. */
export const told = (
  { code, exitedAt, at }: { readonly code: number; readonly exitedAt: Nanos | undefined; readonly at: Millis },
  rank: Exit['rank'],
): Exit => ({ code, at: exitedAt ?? toNanos(at), rank })

/**
 * A handling looks at the task. What it finds STOPPED may be a later run, believed to be alive or not heard of at all: then its end is told
 * by the way, and by nothing else if its client deletes it at once. An answer that nobody awaits any more tells as much of one unheard of.
 */
export const looked = (work: Work, input: LoadSettled): Work => {
  const { call, outcome } = input
  const { runs } = work.container
  const settled = tellEach(work, input)
  if (outcome._tag !== 'Stopped') return settled
  const { code, exitedAt, pid } = outcome
  const isAwaited = runs.some(({ phase }) => 'call' in phase && phase.call === call)
  if (!isAwaited && runs.some((run) => hasPid(run, pid))) return settled
  return reportExit(settled, { pid, exit: told({ code, exitedAt, at: input.at }, 'observed'), gone: false })
}
