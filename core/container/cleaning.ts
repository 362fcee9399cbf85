/**
 * The task is not there, but its shim may be: a raw Delete makes containerd shut it down. NotFound is the normal answer, and success.
 *
 * @module
 */
import { fail, record } from './advance.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { unmoved } from './context.ts'
import { lookAgain } from './deleting.ts'
import { settleLoad } from './loading.ts'
import type { Cleaning, Run } from './phase.ts'

export const stepCleaning = (ctx: Context, event: RunEvent, run: Run, self: Cleaning): Stepped => {
  const { handling } = self
  if (event._tag === 'LoadSettled' && event.call === self.call) return settleLoad(ctx, event.outcome, run, handling)
  if (event._tag !== 'CleanUpSettled' || event.call !== self.call) return unmoved(run)
  const { outcome } = event
  switch (outcome._tag) {
    case 'CleanedUp':
    case 'NotFound':
      return record(ctx, run, { ...handling, goal: 'done' })
    case 'Failed':
      return outcome.reason === 'ShimClosed' ? lookAgain(ctx, run, handling, outcome.message) : fail(ctx, run, handling, outcome.message)
  }
}
