/**
 * A report of an exit or of the task's state, from whichever source: which run is it about, and what does it mean for the others?
 *
 * Rule 3 and rule 4 begin here: a report belongs to a run by its pid, never to an id alone.
 *
 * @module
 */
import type { LoadSettled, TaskView } from '../answer.ts'
import type { Exit } from '../exit.ts'
import { millis, toNanos } from '../ids.ts'
import { endOf, isClosed, isOver, lastEnd } from './over.ts'
import type { Run } from './phase.ts'
import { inHandling } from './phase.ts'
import { hasPid } from './pid.ts'
import { inferredExit } from './running.ts'
import type { Work } from './work.ts'
import { change, openRun, probe, probeAnew, probeLater, tell, tellEach } from './work.ts'

/** An exit as an event or a Wait tells it. `gone`: the task has been deleted too. */
export interface ExitReport {
  /** 0 when whoever reports it does not know. */
  readonly pid: number
  readonly exit: Exit
  readonly gone: boolean
}

export const reportExit = (work: Work, report: ExitReport): Work =>
  report.pid === 0 ? reportNameless(work, report) : reportByPid(work, report)

const reportByPid = (work: Work, { pid, exit, gone }: ExitReport): Work => {
  // The same end of the same pid: a late word of a run that is over, also when the pid is in use again.
  if (work.container.closed.some((over) => over.pid === pid && over.exitedAt === exit.at && over.untold !== true)) return work
  const run = findRun(work, pid)
  if (run !== undefined) {
    // A run that was seen alive, and now reported by its pid: what is STOPPED under this id is what has just exited.
    const sure = exit.rank === 'observed' && !gone && run.id.pid === pid && isJustNow(work, exit) && !isInDoubt(work, run)
    return tell(work, run, { _tag: 'ExitFound', exit, sure, gone })
  }
  if (isClosed(work.container, pid)) return work
  // Never seen alive: the report may be late, and somebody else's task be there by now.
  const [opened, unseen] = openRun(suspectRunning(work, pid), pid)
  return tell(opened, unseen, { _tag: 'ExitFound', exit, sure: false, gone })
}

/** A report that comes late says nothing of what is there now. */
const isJustNow = ({ around, at }: Work, exit: Exit): boolean => toNanos(at) - exit.at <= toNanos(millis(around.policy.justNowMs))

/**
 * Whether the task under this id may be another run's by now: the report may be older than the next start. Or it may be none at all:
 * an exit that containerd reports of a shim it has lost is one it made up.
 */
const isInDoubt = ({ container }: Work, { id, phase }: Run): boolean =>
  container.probe !== undefined || (phase._tag === 'Running' && phase.shimClosed) ||
  container.runs.some((other) => other.id.generation !== id.generation && other.phase._tag !== 'Exited')

/** Without a pid it belongs to the one open run, if there is exactly one; with none or several nobody can tell. */
const reportNameless = (work: Work, { exit, gone }: ExitReport): Work => {
  // The same instant is as good as a name.
  if (work.container.closed.some(({ exitedAt }) => exitedAt === exit.at)) return work
  const known = work.container.runs.find(({ phase }) => inHandling(phase) && phase.handling.exit.at === exit.at)
  if (known !== undefined) return tell(work, known, { _tag: 'ExitFound', exit, sure: false, gone })
  const runs = work.container.runs.filter((run) => hasPid(run, run.id.pid))
  const running = runs.filter((run) => run.phase._tag === 'Running')
  const open = running.length > 0 ? running : runs.filter((run) => inHandling(run.phase))
  const [run] = open
  return run !== undefined && open.length === 1 ? tell(work, run, { _tag: 'ExitFound', exit, sure: false, gone }) : work
}

/**
 * The task as it was seen. `fresh`: in answer to a question of ours. A listing is not: it may be older than what events have told since,
 * so where it contradicts them it only raises the question.
 */
export const reportTask = (work: Work, seen: LoadSettled['outcome'], fresh: boolean): Work => {
  switch (seen._tag) {
    case 'Running':
    case 'Paused':
      return reportAlive(othersGone(work, seen.pid, fresh), seen.pid, fresh)
    case 'Stopped':
      return reportStopped(othersGone(work, seen.pid, fresh), seen, fresh)
    case 'Created': // theirs until it exits; but whatever ran before it does so no longer
      return othersGone(work, seen.pid, fresh)
    case 'NotFound':
      return othersGone(work, undefined, fresh)
    case 'Unclear':
    case 'Failed':
      return work
  }
}

/** A task of this pid has appeared: earlier runs under the id are gone, or soon will be seen to be. */
export const reportAppeared = (work: Work, pid: number): Work =>
  // Anew: a look that is under way may have been answered before this task was there.
  isAnotherBelievedAlive(work, pid) ? probeAnew(warnOthers(work, pid)) : warnOthers(work, pid)

const warnOthers = (work: Work, pid: number): Work =>
  tellEach(work, { _tag: 'Unsettled' }, (run) => !hasPid(run, pid) && (inHandling(run.phase) || run.phase._tag === 'Announced'))

export const reportStarted = (work: Work, pid: number): Work =>
  // An event may come late or twice: for a pid that is known to have exited it only raises the question.
  isOver(work.container, pid) ? probe(warnOthers(work, pid)) : reportAlive(reportAppeared(work, pid), pid, true)

const reportAlive = (work: Work, pid: number, fresh: boolean): Work => {
  const run = findRun(work, pid)
  if (run !== undefined && endOf(run) === undefined) return tell(work, run, { _tag: 'SeenRunning' })
  if (!fresh && isOver(work.container, pid)) return probe(work)
  const [opened, appeared] = openRun(work, pid)
  return tell(opened, appeared, { _tag: 'SeenRunning' })
}

const reportStopped = (work: Work, seen: Extract<TaskView, { readonly _tag: 'Stopped' }>, fresh: boolean): Work => {
  const exit: Exit = { code: seen.code, at: seen.exitedAt ?? toNanos(work.at), rank: 'observed' }
  const run = findRun(work, seen.pid)
  if (run !== undefined && endOf(run) === undefined) return tell(work, run, { _tag: 'ExitFound', exit, sure: fresh, gone: false })
  if (isOver(work.container, seen.pid)) {
    if (!fresh) return probe(work)
    // The same pid, and no later end: it is the run that was announced, and its task should not be there any more.
    if (exit.at <= lastEnd(work.container, seen.pid)) return run === undefined ? work : tell(work, run, { _tag: 'LeftBehind' })
  }
  const [opened, unseen] = openRun(work, seen.pid)
  return tell(opened, unseen, { _tag: 'ExitFound', exit, sure: fresh, gone: false })
}

/** Runs believed to be alive under another pid than the task has are gone: for certain if we asked, else we ask. */
const othersGone = (work: Work, pid: number | undefined, fresh: boolean): Work =>
  fresh
    ? tellEach(
      // Those whose handling has begun may go by an older look.
      pid === undefined ? work : warnOthers(work, pid),
      { _tag: 'ExitFound', exit: inferredExit(work.at), sure: false, gone: false },
      (run) => run.phase._tag === 'Running' && !hasPid(run, pid ?? -1) && !hasPid(run, 0),
    )
    : suspectRunning(work, pid)

const suspectRunning = (work: Work, pid: number | undefined): Work => isAnotherBelievedAlive(work, pid) ? probe(work) : work

const isAnotherBelievedAlive = ({ container }: Work, pid: number | undefined): boolean =>
  container.runs.some((run) => run.phase._tag === 'Running' && !hasPid(run, pid ?? -1))

/** The newest run of that pid; a run whose pid nobody has told yet is taken for it. */
const findRun = (work: Work, pid: number): Run | undefined =>
  work.container.runs.findLast((run) => hasPid(run, pid)) ?? work.container.runs.findLast((run) => hasPid(run, 0))

/** The answer to `probe`. While it is none, and somebody is believed to be alive, the question stands. */
export const probeSettled = (work: Work, seen: LoadSettled['outcome']): Work =>
  (seen._tag === 'Unclear' || seen._tag === 'Failed') && isAnotherBelievedAlive(work, undefined)
    ? probeLater(work)
    : reportTask(change(work, { probe: undefined }, []), seen, true)
