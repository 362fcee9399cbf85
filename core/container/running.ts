/**
 * The task is believed to run: a Wait is kept open for it, and whatever ends it begins a handling.
 *
 * A failed Wait is not an exit. When containerd dies every Wait ends with an error while the containers run on.
 *
 * @module
 */
import { backoffMs } from '../backoff.ts'
import type { Effect } from '../effect.ts'
import type { Exit } from '../exit.ts'
import { unknownExitCode } from '../exit.ts'
import type { Millis } from '../ids.ts'
import { containerOwner, toNanos } from '../ids.ts'
import { queueUp } from './advance.ts'
import type { Context, RunEvent, Signal, Stepped } from './context.ts'
import { inPhase, isMetadataKnown, isTimer, persist, runningRecord, unmoved } from './context.ts'
import type { Handling, Run, Running } from './phase.ts'
import { walked } from './trail.ts'

/** Nobody watches it yet. */
export const unwatched: Running = { _tag: 'Running', watch: undefined, rewatch: undefined, watchFailures: 0, shimClosed: false }

/** The exit of a run whose task is gone and of which nobody said how it ended: code 255, at the time we learned of it. */
export const inferredExit = (at: Millis): Exit => ({ code: unknownExitCode, at: toNanos(at), rank: 'inferred' })

export const stepRunning = (ctx: Context, event: RunEvent, run: Run, self: Running): Stepped => {
  if (isTimer(event, self.rewatch)) return watch(ctx, run, { ...self, rewatch: undefined })
  switch (event._tag) {
    case 'ExitFound':
      return begin(ctx, event, run, self)
    case 'MetadataKnown':
    case 'SeenRunning':
      if (!isMetadataKnown(ctx.container)) return unmoved(run)
      return (self.watch === undefined ? watch : note)(ctx, run, answered(self))
    case 'PersistSettled': // whichever row it was: to write that it runs once more, at the next listing, does no harm
      return event.outcome._tag === 'Failed' && self.noted === true ? [inPhase(run, withoutRow(self)), []] : unmoved(run)
    case 'WatchSettled':
      return event.call === self.watch ? watchEnded(ctx, event.outcome, run, self) : unmoved(run)
    default:
      return unmoved(run)
  }
}

/** A daemon that tells of it is one that answers: the next failure is the first again. */
const answered = (self: Running): Running => (self.watchFailures === 0 ? self : { ...self, watchFailures: 0 })

const withoutRow = ({ noted: _, ...self }: Running): Running => self

/** Writes down that it runs, unless a row says so. Nothing waits for this write. */
const note = (ctx: Context, run: Run, self: Running): Stepped => {
  const isKnown = self.noted === true || run.oom._tag !== 'None'
  return isKnown || !ctx.policy.recordRunning
    ? [self === run.phase ? run : inPhase(run, self), []]
    : [inPhase(run, { ...self, noted: true }), [persist(ctx, [runningRecord(ctx, run)])]]
}

/** Opens the Wait. Only for a container that is known to be ours. */
export const watch = (ctx: Context, run: Run, self: Running): Stepped => {
  const { key } = ctx.container
  const cancel: ReadonlyArray<Effect> = self.rewatch === undefined
    ? []
    : [{ _tag: 'CancelTimer', owner: containerOwner(key), call: self.rewatch }]
  const [next, written] = note(ctx, run, { ...self, watch: ctx.call, rewatch: undefined })
  return [next, [...cancel, { _tag: 'WatchTask', container: key, call: ctx.call }, ...written]]
}

type WatchOutcome = Extract<RunEvent, { readonly _tag: 'WatchSettled' }>['outcome']

const watchEnded = (ctx: Context, outcome: WatchOutcome, run: Run, self: Running): Stepped => {
  const closed: Running = { ...self, watch: undefined }
  switch (outcome._tag) {
    case 'Exited': // with our pid it would have come as `ExitFound`: the Wait was bound to another run
      return [inPhase(run, closed), []]
    case 'NotFound': // from a daemon that answers: the task is gone
      return begin(ctx, { _tag: 'ExitFound', exit: inferredExit(ctx.at), sure: false, gone: true }, run, closed)
    case 'Failed': {
      const shimClosed = self.shimClosed || outcome.reason === 'ShimClosed'
      // The relist that follows a reconnection opens all Waits again, but not before every shim has answered: one that stands still holds it
      // up for 2 s, and what exits meanwhile may be gone when containerd dies again.
      const watchFailures = self.watchFailures + 1
      return [
        inPhase(run, { ...closed, shimClosed, watchFailures, rewatch: ctx.call }),
        [{
          _tag: 'SetTimer',
          owner: containerOwner(ctx.container.key),
          call: ctx.call,
          delayMs: backoffMs(ctx.policy, watchFailures),
          jitter: true,
        }],
      ]
    }
  }
}

const begin = (ctx: Context, found: Extract<Signal, { _tag: 'ExitFound' }>, run: Run, self: Running): Stepped => {
  // What containerd reports once it has lost the shim it has made up, pid or no pid: 137, or 255 if even the clean-up failed.
  const exit: Exit = self.shimClosed && found.exit.rank === 'observed' ? { ...found.exit, rank: 'synthesised' } : found.exit
  const sure = found.sure && !self.shimClosed
  const { gone } = found
  const handling: Handling = {
    exit,
    seenAt: ctx.at,
    failures: 0,
    lastError: undefined,
    durable: false,
    stale: false,
    goal: sure ? 'delete' : 'unknown',
    checkedAt: sure ? ctx.at : undefined,
    graced: gone && exit.rank !== 'inferred',
    notified: false,
    killed: false,
    drained: false,
    missed: false,
    owed: false,
    slow: false,
    deadline: undefined,
    trail: [],
  }
  const owner = containerOwner(ctx.container.key)
  const cancel: ReadonlyArray<Effect> = self.rewatch === undefined ? [] : [{ _tag: 'CancelTimer', owner, call: self.rewatch }]
  const [next, effects] = examineOrQueue(ctx, run, handling, gone)
  return [next, [...cancel, ...effects]]
}

/** At 137 the OOM counter is asked for before the exit is written down. It is gone once the task is deleted. */
export const examineOrQueue = (ctx: Context, run: Run, handling: Handling, gone: boolean): Stepped => {
  const mayBeOom = handling.exit.code === 137 && run.oom._tag === 'None' && handling.exit.rank !== 'inferred' && !gone
  if (!mayBeOom || !ctx.policy.oomCheck || !isMetadataKnown(ctx.container)) return queueUp(ctx, run, handling)
  return [
    inPhase(run, { _tag: 'Examining', call: ctx.call, handling: walked(ctx, handling, 'count') }),
    [{ _tag: 'ReadOomKills', container: ctx.container.key, call: ctx.call }],
  ]
}
