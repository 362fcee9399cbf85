/**
 * All that the run left behind is being killed. Skipped for a container with a pid namespace of its own, where the kernel has done it.
 *
 * @module
 */
import { advance, fail } from './advance.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { unmoved } from './context.ts'
import { settleLoad } from './loading.ts'
import type { Killing, Run } from './phase.ts'

export const stepKilling = (ctx: Context, event: RunEvent, run: Run, self: Killing): Stepped => {
  // After our own restart nobody will answer the Kill any more: `resume` asks for the task under its call instead.
  if (event._tag === 'LoadSettled' && event.call === self.call) return settleLoad(ctx, event.outcome, run, self.handling)
  if (event._tag !== 'KillSettled' || event.call !== self.call) return unmoved(run)
  return event.outcome._tag === 'Gone'
    ? advance(ctx, run, { ...self.handling, killed: true })
    : fail(ctx, run, self.handling, event.outcome.message)
}
