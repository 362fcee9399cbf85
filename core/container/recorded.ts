/**
 * The exit is known, and its handling waits: to learn whose container it is, for the record to be on disk, to let others go first,
 * for the run before it, or for a slot.
 *
 * @module
 */
import { advance, fail, queueUp } from './advance.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { isTimer, unmoved } from './context.ts'
import type { Recorded, Run } from './phase.ts'
import { examineOrQueue } from './running.ts'
import { attemptTimer } from './slow.ts'

export const stepRecorded = (ctx: Context, event: RunEvent, run: Run, self: Recorded): Stepped => {
  const { handling } = self
  switch (self.waitsFor) {
    case 'metadata':
      return event._tag === 'MetadataKnown' ? examineOrQueue(ctx, run, handling, false) : unmoved(run)
    case 'disk':
      if (event._tag !== 'PersistSettled' || event.call !== self.call) return unmoved(run)
      if (event.outcome._tag === 'Failed') return fail(ctx, run, handling, event.outcome.message)
      return queueUp(ctx, run, { ...handling, durable: true, stale: false })
    case 'grace':
      return isTimer(event, self.call) ? queueUp(ctx, run, { ...handling, graced: true }) : unmoved(run)
    case 'turn':
      return event._tag === 'TurnCame' ? queueUp(ctx, run, handling) : unmoved(run)
    case 'slot':
      return event._tag === 'SlotGranted' ? start(ctx, run, self) : unmoved(run)
  }
}

/** An attempt begins, and with it its time. The timer and the first call share an id: one is answered, the other fires. */
const start = (ctx: Context, run: Run, { handling }: Recorded): Stepped => {
  const { call } = ctx
  const [next, effects] = advance(ctx, run, { ...handling, deadline: call })
  return [next, [attemptTimer(ctx, false), ...effects]]
}
