/**
 * STOPPED is out, but when the task was looked for its shim could not be reached, or its id was being used again. Whatever may be left of
 * it is looked for again until containerd says that nothing is. Nobody waits for this, so it holds no slot. A Delete or CleanUp that hangs
 * is counted and told like one of a handling, and cut off only where the policy says so.
 *
 * @module
 */
import type { CleanUpSettled, DeleteSettled, LoadSettled } from '../answer.ts'
import { backoffMs } from '../backoff.ts'
import { latest } from '../exit.ts'
import { containerOwner } from '../ids.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { inPhase, isNextToCome, isTimer, mustWaitItsTurn, persist, runRecord, unmoved } from './context.ts'
import type { Announced, Run } from './phase.ts'
import { hasPid } from './pid.ts'
import { walked } from './trail.ts'

export const stepAnnounced = (ctx: Context, event: RunEvent, run: Run, self: Announced): Stepped => {
  if (self.doing === 'Waiting') return isTimer(event, self.call) ? sweep(ctx, run, self) : unmoved(run)
  if (isTimer(event, self.patience)) return takesLong(ctx, run, self)
  // Another task has appeared: the look that is under way may have been answered before. Later ones look for themselves.
  if (event._tag === 'Unsettled' && self.doing === 'Loading') return sweep(ctx, run, self)
  if (!('call' in event) || event.call !== self.call) return unmoved(run)
  switch (event._tag) {
    case 'LoadSettled':
      return inTime(ctx, self, loaded(ctx, event.outcome, run, self))
    case 'DeleteSettled':
    case 'CleanUpSettled':
      return inTime(ctx, self, swept(ctx, event.outcome, run, self))
    case 'PersistSettled':
      return event.outcome._tag === 'Durable' ? [inPhase(run, self.over), []] : later(ctx, run, self, event.outcome.message)
    default:
      return unmoved(run)
  }
}

type Owed = Pick<Announced, 'over' | 'handling'>

/** Looks for what is left. */
export const sweep = (ctx: Context, run: Run, owed: Owed): Stepped => [
  doing(ctx, run, owed, 'Loading'),
  [{ _tag: 'LoadTask', container: ctx.container.key, call: ctx.call }],
]

const doing = ({ call, at }: Context, run: Run, { over, handling }: Owed, what: Announced['doing']): Run =>
  inPhase(run, { _tag: 'Announced', doing: what, call, since: at, patience: undefined, over, handling })

/** A call that destroys, and the timer by which it is seen to take long. They share an id: one is answered, the other fires. */
const destroy = (ctx: Context, run: Run, { over, handling }: Owed, what: 'Deleting' | 'Cleaning'): Stepped => {
  const { call, at, policy, container: { key } } = ctx
  return [
    inPhase(run, { _tag: 'Announced', doing: what, call, since: at, patience: call, over, handling }),
    [
      { _tag: 'SetTimer', owner: containerOwner(key), call, delayMs: policy.handlingTimeoutMs, jitter: false },
      { _tag: what === 'Deleting' ? 'DeleteTask' : 'CleanUpTask', container: key, call },
    ],
  ]
}

/** The answer is here, so the timer has nothing to say any more. */
const inTime = ({ container: { key } }: Context, { patience }: Announced, [next, effects]: Stepped): Stepped => [
  next,
  patience === undefined ? effects : [{ _tag: 'CancelTimer', owner: containerOwner(key), call: patience }, ...effects],
]

/** Rule 5: the call goes on, and is cut off only as one of a handling would be. Rule 9: that it hangs is counted, and can be seen. */
const takesLong = (ctx: Context, run: Run, self: Announced): Stepped => {
  const { call, at, policy, container: { key } } = ctx
  const tookMs = at - self.since
  const lastError = `${self.doing === 'Deleting' ? 'Delete' : 'CleanUp'} has taken ${tookMs} ms`
  const { onHandlingTimeout, deleteHardLimitMs } = policy
  if (onHandlingTimeout === 'cancel' || (deleteHardLimitMs !== undefined && tookMs >= deleteHardLimitMs)) {
    const [next, effects] = later(ctx, run, self, lastError)
    return [next, [{ _tag: 'CancelCall', container: key, call: self.call }, ...effects]]
  }
  const failures = self.handling.failures + 1
  return [
    inPhase(run, { ...self, patience: call, handling: { ...self.handling, failures, lastError } }),
    [{ _tag: 'SetTimer', owner: containerOwner(key), call, delayMs: backoffMs(policy, failures), jitter: true }],
  ]
}

const loaded = (ctx: Context, outcome: LoadSettled['outcome'], run: Run, owed: Owed): Stepped => {
  // A later end is that of another run, even under the same pid.
  const isOurs = outcome._tag === 'Stopped' && hasPid(run, outcome.pid) && (outcome.exitedAt ?? 0n) <= latest(owed.over.exit)
  if (mustWaitItsTurn(ctx.container, run)) return later(ctx, run, owed, 'an earlier run of the container is being handled')
  switch (outcome._tag) {
    case 'Stopped':
      return isOurs ? destroy(ctx, run, owed, 'Deleting') : close(ctx, run, owed)
    case 'NotFound':
      return isNextToCome(ctx, owed.handling) ? later(ctx, run, owed, 'the id is being used again') : destroy(ctx, run, owed, 'Cleaning')
    case 'Running': // it was reported to have exited and has been announced: too late to take that back, and not ours to touch
    case 'Paused':
    case 'Created':
      return close(ctx, run, owed)
    case 'Unclear':
      return later(ctx, run, owed, 'containerd cannot tell the state of the task')
    case 'Failed':
      return later(ctx, run, owed, outcome.message)
  }
}

type Swept = DeleteSettled['outcome'] | CleanUpSettled['outcome']

const swept = (ctx: Context, outcome: Swept, run: Run, self: Announced): Stepped => {
  switch (outcome._tag) {
    case 'Deleted':
    case 'CleanedUp':
      return close(ctx, run, self)
    case 'NotFound': // of a clean-up that is success; of a Delete it means that a clean-up is due
      return self.doing === 'Cleaning' ? close(ctx, run, self) : sweep(ctx, run, self)
    case 'Failed':
      return later(ctx, run, self, outcome.message)
  }
}

/** Nothing is left. */
const close = (ctx: Context, run: Run, owed: Owed): Stepped => [
  doing(ctx, run, owed, 'Closing'),
  [persist(ctx, [runRecord(ctx, run, owed.handling, 'closed')])],
]

const later = (ctx: Context, run: Run, { over, handling }: Owed, lastError: string): Stepped => {
  const failures = handling.failures + 1
  return [
    doing(ctx, run, { over, handling: walked(ctx, { ...handling, failures, lastError }, 'fail', lastError) }, 'Waiting'),
    [{
      _tag: 'SetTimer',
      owner: containerOwner(ctx.container.key),
      call: ctx.call,
      delayMs: backoffMs(ctx.policy, failures),
      jitter: true,
    }],
  ]
}
