/**
 * The task is dealt with; status and announcement are being written in one write. On disk, they have been released to listeners.
 * Only then is the exit settled: if the write fails, nobody has heard of it, and the best that is known is written instead.
 *
 * @module
 */
import { fail } from './advance.ts'
import { sweep } from './announced.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { inPhase, unmoved } from './context.ts'
import type { Exited, Recording, Run } from './phase.ts'

export const stepRecording = (ctx: Context, event: RunEvent, run: Run, self: Recording): Stepped => {
  if (event._tag !== 'PersistSettled' || event.call !== self.call) return unmoved(run)
  const { handling, later, seq } = self
  const { exit, failures, seenAt } = handling
  if (event.outcome._tag === 'Failed') return fail(ctx, run, { ...handling, exit: later ?? exit }, event.outcome.message)
  const over: Exited = { _tag: 'Exited', exit, seq, handlingMs: Math.max(0, ctx.at - seenAt), attempts: failures + 1 }
  return handling.owed ? sweep(ctx, run, { over, handling }) : [inPhase(run, over), []]
}
