/**
 * What may happen in any phase of a handling: better news of the exit, a sign of somebody else at work, the end of its time.
 *
 * @module
 */
import type { Effect } from '../effect.ts'
import { corrects, outranks } from '../exit.ts'
import { containerOwner } from '../ids.ts'
import { advance, fail, queueUp } from './advance.ts'
import { atOnce } from './backing_off.ts'
import type { Context, Signal, Stepped } from './context.ts'
import { inPhase, persist, runRecord, unmoved } from './context.ts'
import type { Handling, HandlingPhase, Outstanding, Run } from './phase.ts'

/**
 * Another report of the exit. Rule 3, the best exit wins, once: only a better one changes anything, and only until the status is
 * being written; if that write fails, again.
 */
export const learn = (ctx: Context, found: Extract<Signal, { _tag: 'ExitFound' }>, run: Run, self: HandlingPhase): Stepped => {
  const { handling } = self
  if (self._tag === 'Recording') {
    return outranks(found.exit, self.later ?? handling.exit) ? [inPhase(run, { ...self, later: found.exit }), []] : unmoved(run)
  }
  const isBetter = outranks(found.exit, handling.exit)
  const known: Handling = {
    ...handling,
    exit: isBetter ? found.exit : handling.exit,
    stale: handling.stale || corrects(found.exit, handling.exit),
    graced: handling.graced || (found.gone && found.exit.rank !== 'inferred'),
    checkedAt: found.gone ? undefined : handling.checkedAt,
  }
  if (self._tag === 'Recorded') {
    if (self.waitsFor === 'disk') return isBetter ? queueUp(ctx, run, known) : [inPhase(run, { ...self, handling: known }), []]
    // The better word is what an inferred exit waited for; a delete that others have done is what a grace waited for.
    if (self.waitsFor === 'grace' && (isBetter || known.graced)) return endGrace(ctx, run, self, known)
  }
  if (!isBetter && !found.gone) return unmoved(run)
  // Nothing waits for this write: should it fail, or the next step come first, the exit is written again before anything is destroyed.
  const write: ReadonlyArray<Effect> = isBetter && known.durable ? [persist(ctx, [runRecord(ctx, run, known, 'open')])] : []
  return [inPhase(run, { ...self, handling: known }), write]
}

const endGrace = (
  ctx: Context,
  run: Run,
  self: Extract<HandlingPhase, { _tag: 'Recorded' }>,
  known: Handling,
): Stepped => {
  const [next, effects] = queueUp(ctx, run, known)
  return [next, [{ _tag: 'CancelTimer', owner: containerOwner(ctx.container.key), call: self.call }, ...effects]]
}

/** Somebody else is at work under this id: look again before anything is destroyed, and now rather than later. */
export const unsettle = (ctx: Context, run: Run, self: HandlingPhase): Stepped => {
  if (self._tag === 'Recording' || self.handling.goal === 'done') return unmoved(run)
  const handling: Handling = { ...self.handling, goal: 'unknown', checkedAt: undefined }
  if (self._tag === 'BackingOff' && self.outstanding === undefined) return atOnce(ctx, self, queueUp(ctx, run, handling))
  // The look that is under way may have been answered before the sign.
  if (self._tag === 'Loading') return advance(ctx, run, handling)
  return [inPhase(run, { ...self, handling }), []]
}

/**
 * The attempt has had its time. A destructive call that is in flight is left so and joined (rule 5): cut off half-way it would leave
 * a shim behind that containerd no longer finds.
 */
export const expire = (ctx: Context, run: Run, self: HandlingPhase): Stepped => {
  const error = `Handling took longer than ${ctx.policy.handlingTimeoutMs} ms in ${self._tag}`
  switch (self._tag) {
    case 'Killing':
      return outlive(ctx, run, self.handling, error, { what: 'Kill', call: self.call, since: self.since })
    case 'Deleting':
      return outlive(ctx, run, self.handling, error, { what: 'Delete', call: self.call, since: self.since })
    case 'Cleaning':
      return outlive(ctx, run, self.handling, error, { what: 'CleanUp', call: self.call, since: self.since })
    case 'Notifying': // told is told, whatever became of the answer
      return fail(ctx, run, { ...self.handling, notified: true }, error)
    case 'Draining':
      return fail(ctx, run, { ...self.handling, drained: true }, error)
    case 'Loading':
    case 'Examining':
    case 'Recorded':
    case 'BackingOff':
    case 'Recording':
      return fail(ctx, run, self.handling, error)
  }
}

const outlive = (ctx: Context, run: Run, handling: Handling, error: string, call: Outstanding): Stepped => {
  if (ctx.policy.onHandlingTimeout === 'join') return fail(ctx, run, handling, error, call)
  const [next, effects] = fail(ctx, run, handling, error)
  return [next, [{ _tag: 'CancelCall', container: ctx.container.key, call: call.call }, ...effects]]
}
