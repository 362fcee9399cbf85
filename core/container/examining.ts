/**
 * Exited with 137: was it the OOM killer? The answer goes into the exit record; without one the exit is recorded all the same.
 * What containerd's CRI plugin does from 2.3 on, but before the record is written instead of after.
 *
 * @module
 */
import { queueUp } from './advance.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { unmoved } from './context.ts'
import type { Examining, Run } from './phase.ts'

export const stepExamining = (ctx: Context, event: RunEvent, run: Run, self: Examining): Stepped => {
  if (event._tag !== 'OomKillsSettled' || event.call !== self.call) return unmoved(run)
  const oomKilled = event.outcome._tag === 'Counted' && event.outcome.kills > 0n
  return queueUp(ctx, oomKilled ? { ...run, oom: { _tag: 'Noted' } } : run, self.handling)
}
