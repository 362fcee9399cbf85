/**
 * containerd is asked for the task: may it be deleted, is it gone, or is it somebody else's?
 *
 * Rule 4, never kill or delete another run: STOPPED with our pid is the only answer after which anything is killed or deleted.
 *
 * @module
 */
import type { LoadSettled } from '../answer.ts'
import { better, corrects } from '../exit.ts'
import { toNanos } from '../ids.ts'
import type { ReaperRecord } from '../record.ts'
import { advance, fail } from './advance.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { runningRecord, stopDeadline, unmoved } from './context.ts'
import type { Handling, Loading, Run } from './phase.ts'
import { hasPid } from './pid.ts'
import { inferredExit, unwatched, watch } from './running.ts'

export const stepLoading = (ctx: Context, event: RunEvent, run: Run, self: Loading): Stepped =>
  event._tag === 'LoadSettled' && event.call === self.call ? settleLoad(ctx, event.outcome, run, self.handling) : unmoved(run)

/** What the task's state means for a run whose exit is being handled. */
export const settleLoad = (ctx: Context, outcome: LoadSettled['outcome'], run: Run, handling: Handling): Stepped => {
  const checked: Handling = { ...handling, checkedAt: ctx.at }
  switch (outcome._tag) {
    case 'Stopped': {
      if (!isOurs(run, outcome.pid)) {
        // The same instant: what was taken for our end, from a Wait that told no pid, was that of the task that has our place now.
        const exit = outcome.exitedAt === handling.exit.at ? inferredExit(ctx.at) : handling.exit
        return advance(ctx, run, { ...checked, goal: 'leave', exit })
      }
      const told = { code: outcome.code, at: outcome.exitedAt ?? toNanos(ctx.at), rank: 'observed' } as const
      const known: Run = { ...run, id: { ...run.id, pid: outcome.pid } }
      const stale = handling.stale || corrects(told, handling.exit)
      return advance(ctx, known, { ...checked, goal: 'delete', exit: better(handling.exit, told), stale })
    }
    case 'Running':
    case 'Paused':
      return isOurs(run, outcome.pid) ? takeBack(ctx, run, handling) : advance(ctx, run, { ...checked, goal: 'leave' })
    case 'Created': // with our pid it has not even begun, so nothing has exited; with another it is somebody's next run
      return hasPid(run, outcome.pid) ? drop(ctx, run, handling) : advance(ctx, run, { ...checked, goal: 'leave' })
    case 'NotFound':
      return advance(ctx, run, { ...checked, goal: 'clean' })
    case 'Unclear':
      return fail(ctx, run, handling, 'containerd cannot tell the state of the task')
    case 'Failed':
      // Upstream counts an unreachable shim as exited and leaves its shim alone. So do we, but look again afterwards, and only if the
      // exit was observed (rule 11). One that was made up or inferred may be another run's; of a shim that is dead containerd soon
      // knows nothing any more and answers NotFound, so that waiting for a true answer loses nothing.
      return outcome.reason === 'Unavailable' && handling.exit.rank === 'observed'
        ? advance(ctx, run, { ...checked, goal: 'leave', owed: true })
        : fail(ctx, run, handling, outcome.message)
  }
}

/** A run whose pid nobody has told is the one that is there. */
const isOurs = (run: Run, pid: number): boolean => hasPid(run, pid) || hasPid(run, 0)

/** The exit was false: the task runs. The record of it is withdrawn and the run watched again. */
const takeBack = (ctx: Context, run: Run, handling: Handling): Stepped => {
  const { recordRunning } = ctx.policy
  const [running, effects] = watch(ctx, run, recordRunning ? { ...unwatched, noted: true } : unwatched)
  return [running, [...withdraw(ctx, run, handling, recordRunning ? [runningRecord(ctx, run)] : []), ...effects]]
}

const drop = (ctx: Context, run: Run, handling: Handling): Stepped => [undefined, withdraw(ctx, run, handling)]

const withdraw = (ctx: Context, run: Run, handling: Handling, instead: ReadonlyArray<ReaperRecord> = []): Stepped[1] => [
  ...stopDeadline(ctx, handling),
  {
    _tag: 'Persist',
    owner: { _tag: 'Container', key: ctx.container.key },
    call: ctx.call,
    records: [{ _tag: 'RunDropped', run: run.id }, ...instead],
    release: [],
  },
]
