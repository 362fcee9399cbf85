/**
 * An attempt failed or took too long. The next one begins when the timer fires, or at once when the call that outlived the attempt
 * comes back: no other call is made while that one is in flight.
 *
 * @module
 */
import type { Failure } from '../answer.ts'
import { backoffMs } from '../backoff.ts'
import type { Effect } from '../effect.ts'
import { containerOwner, plus } from '../ids.ts'
import { queueUp, record } from './advance.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { inPhase, isTimer, persist, runRecord, unmoved } from './context.ts'
import { deleted } from './deleting.ts'
import type { BackingOff, Handling, Run } from './phase.ts'
import { walked } from './trail.ts'

export const stepBackingOff = (ctx: Context, event: RunEvent, run: Run, self: BackingOff): Stepped => {
  if (isTimer(event, self.call)) return self.outstanding === undefined ? queueUp(ctx, run, self.handling) : goOnWaiting(ctx, run, self)
  const { outstanding, handling } = self
  if (outstanding === undefined || !('call' in event) || event.call !== outstanding.call) return unmoved(run)
  switch (event._tag) {
    case 'DeleteSettled':
      switch (event.outcome._tag) {
        case 'Deleted':
          return atOnce(ctx, self, record(ctx, run, deleted(ctx, event.outcome, handling)))
        case 'NotFound':
          return atOnce(ctx, self, queueUp(ctx, run, handling))
        case 'Failed':
          return settledBadly(ctx, run, self, event.outcome)
      }
    case 'CleanUpSettled':
      return event.outcome._tag === 'Failed'
        ? settledBadly(ctx, run, self, event.outcome)
        : atOnce(ctx, self, record(ctx, run, { ...handling, goal: 'done' }))
    case 'KillSettled':
      return event.outcome._tag === 'Failed'
        ? settledBadly(ctx, run, self, event.outcome)
        : atOnce(ctx, self, queueUp(ctx, run, { ...handling, killed: true }))
    case 'LoadSettled': // after our own restart, `resume` asks for the task instead of the call that died with us
      return atOnce(ctx, self, queueUp(ctx, run, handling))
    default:
      return unmoved(run)
  }
}

/** The back-off ends before its time. */
export const atOnce = (ctx: Context, self: BackingOff, [next, effects]: Stepped): Stepped => [
  next,
  [{ _tag: 'CancelTimer', owner: containerOwner(ctx.container.key), call: self.call }, ...effects],
]

/** The call is no longer in flight, and did not help: the timer decides, unless the hung shim has gone and with it what was waited for. */
const settledBadly = (ctx: Context, run: Run, self: BackingOff, { reason, message }: Failure): Stepped => {
  const handling: Handling = walked(ctx, { ...self.handling, lastError: message }, 'fail', message)
  return reason === 'ShimClosed'
    ? atOnce(ctx, self, queueUp(ctx, run, handling))
    : [inPhase(run, { ...self, outstanding: undefined, handling }), []]
}

/** The call is still in flight: joined, not asked again. Past its hard limit, where there is one, it is cut off. */
const goOnWaiting = (ctx: Context, run: Run, self: BackingOff): Stepped => {
  const { policy, call, at, container: { key } } = ctx
  const { outstanding } = self
  const failures = self.handling.failures + 1
  const handling: Handling = walked(ctx, { ...self.handling, failures }, 'wait')
  const delayMs = backoffMs(policy, failures)
  const limit = policy.deleteHardLimitMs
  const isOver = outstanding !== undefined && limit !== undefined && at - outstanding.since >= limit
  const cancel: ReadonlyArray<Effect> = isOver ? [{ _tag: 'CancelCall', container: key, call: outstanding.call }] : []
  return [
    inPhase(run, { _tag: 'BackingOff', call, until: plus(at, delayMs), outstanding: isOver ? undefined : outstanding, handling }),
    [
      ...cancel,
      { _tag: 'SetTimer', owner: containerOwner(key), call, delayMs, jitter: true },
      persist(ctx, [runRecord(ctx, run, handling, 'open')]),
    ],
  ]
}
