/**
 * The one Delete of the run is in flight. Its answer is never stale: it is the same call whether it comes in time or during a back-off.
 *
 * @module
 */
import type { DeleteSettled } from '../answer.ts'
import { better } from '../exit.ts'
import { toNanos } from '../ids.ts'
import { advance, fail, record } from './advance.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { unmoved } from './context.ts'
import { settleLoad } from './loading.ts'
import type { Deleting, Handling, Run } from './phase.ts'

export const stepDeleting = (ctx: Context, event: RunEvent, run: Run, self: Deleting): Stepped => {
  if (event._tag === 'DeleteSettled' && event.call === self.call) return settleDelete(ctx, event.outcome, run, self.handling)
  // After our own restart nobody will answer the Delete any more: `resume` asks for the task under its call instead.
  if (event._tag === 'LoadSettled' && event.call === self.call) return settleLoad(ctx, event.outcome, run, self.handling)
  return unmoved(run)
}

const settleDelete = (ctx: Context, outcome: DeleteSettled['outcome'], run: Run, handling: Handling): Stepped => {
  switch (outcome._tag) {
    case 'Deleted':
      return record(ctx, run, deleted(ctx, outcome, handling))
    case 'NotFound':
      return lookAgain(ctx, run, handling, 'Task not found')
    case 'Failed':
      // containerd lost the shim during the call and has forgotten it by now: a look will say NotFound, so no need to wait.
      return outcome.reason === 'ShimClosed' ? lookAgain(ctx, run, handling, outcome.message) : fail(ctx, run, handling, outcome.message)
  }
}

/** What a Delete says of the exit is as good as a Wait's word. */
export const deleted = (
  ctx: Context,
  { code, exitedAt }: Extract<DeleteSettled['outcome'], { _tag: 'Deleted' }>,
  handling: Handling,
): Handling => ({
  ...handling,
  goal: 'done',
  exit: better(handling.exit, { code, at: exitedAt ?? toNanos(ctx.at), rank: 'observed' }),
})

/** The task was not what the last look promised. Look once more; if that does not help, wait. */
export const lookAgain = (ctx: Context, run: Run, handling: Handling, error: string): Stepped =>
  handling.missed
    ? fail(ctx, run, handling, error)
    : advance(ctx, run, { ...handling, missed: true, goal: 'unknown', checkedAt: undefined, lastError: error })
