/**
 * Over. A repeated exit changes, writes and announces nothing. A task that is found still there is swept away without a word.
 *
 * @module
 */
import { millis } from '../ids.ts'
import { sweep } from './announced.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { unmoved } from './context.ts'
import type { Exited, Handling, Run } from './phase.ts'

export const stepExited = (ctx: Context, event: RunEvent, run: Run, self: Exited): Stepped => {
  if (event._tag !== 'LeftBehind' || !ctx.policy.sweepLeftBehind) return unmoved(run)
  const handling: Handling = {
    exit: self.exit,
    seenAt: millis(ctx.at - self.handlingMs),
    failures: 0,
    lastError: undefined,
    durable: true,
    stale: false,
    goal: 'done',
    checkedAt: undefined,
    graced: true,
    notified: true,
    killed: false,
    drained: true,
    missed: false,
    owed: true,
    slow: false,
    deadline: undefined,
    trail: [],
  }
  return sweep(ctx, run, { over: self, handling })
}
