/**
 * The one place that decides what a handling does next. Each phase file knows only its own answer: it notes what it learnt in
 * the `Handling` and asks here.
 *
 * @module
 */
import type { Effect } from '../effect.ts'
import { containerOwner, plus } from '../ids.ts'
import { announcement } from '../announcement.ts'
import { backoffMs } from '../backoff.ts'
import type { ReaperRecord, RunRecord, TrailStep } from '../record.ts'
import type { Context, Stepped } from './context.ts'
import { inPhase, isMetadataKnown, isNextToCome, metadataOf, mustWaitItsTurn, persist, runRecord, stopDeadline } from './context.ts'
import type { Handling, Outstanding, Recorded, Run } from './phase.ts'
import { walked } from './trail.ts'

/**
 * The next step of an attempt that holds a slot: the first of look, notify, kill, drain, delete or clean up that has not been done
 * and has something to do. A step with nothing to do costs no round trip.
 *
 * Whatever destroys comes only after a look that bears it out, and that is not older than `justNowMs`: see `Handling.checkedAt`.
 */
export const advance = (ctx: Context, run: Run, handling: Handling): Stepped => {
  const { policy, call, container: { key } } = ctx
  const { goal, checkedAt } = handling
  const since = ctx.at
  const by = (what: TrailStep['what']): Handling => walked(ctx, handling, what)
  if (goal === 'done') return record(ctx, run, handling)
  if (goal === 'unknown' || checkedAt === undefined || ctx.at - checkedAt > policy.justNowMs) {
    return [inPhase(run, { _tag: 'Loading', call, handling: by('look') }), [{ _tag: 'LoadTask', container: key, call }]]
  }
  if (handling.stale && goal !== 'leave') {
    const [next, effects] = queueUp(ctx, run, { ...handling, slow: false, deadline: undefined })
    return [next, [...stopDeadline(ctx, handling), ...effects]]
  }
  if (policy.nri && !handling.notified) {
    return [
      inPhase(run, { _tag: 'Notifying', call, handling: by('notify') }),
      [{ _tag: 'NotifyNriExit', container: key, call, run: run.id, exitCode: handling.exit.code }],
    ]
  }
  if (goal === 'delete' && !handling.killed && !metadataOf(ctx.container).ownPidNamespace) {
    return [inPhase(run, { _tag: 'Killing', call, since, handling: by('kill') }), [{ _tag: 'KillTask', container: key, call }]]
  }
  if (policy.io && !handling.drained) {
    return [inPhase(run, { _tag: 'Draining', call, handling: by('drain') }), [{ _tag: 'DrainIo', container: key, call, run: run.id }]]
  }
  switch (goal) {
    case 'delete':
      return [inPhase(run, { _tag: 'Deleting', call, since, handling: by('delete') }), [{ _tag: 'DeleteTask', container: key, call }]]
    case 'clean':
      // Without a record containerd looks for no shim; but if the id is in use again by then, the task it finds is the next run's.
      if (ctx.container.lookup._tag === 'Deleted') return record(ctx, run, handling)
      if (isNextToCome(ctx, handling)) return record(ctx, run, { ...handling, owed: true })
      return [inPhase(run, { _tag: 'Cleaning', call, since, handling: by('clean') }), [{ _tag: 'CleanUpTask', container: key, call }]]
    case 'leave':
      return record(ctx, run, handling)
  }
}

/** A handling that is not in an attempt: what must it wait for before the next one? */
export const queueUp = (ctx: Context, run: Run, handling: Handling): Stepped => {
  const wait = (waitsFor: Recorded['waitsFor'], effects: ReadonlyArray<Effect>, known: Handling = handling): Stepped => [
    inPhase(run, { _tag: 'Recorded', waitsFor, call: ctx.call, handling: known }),
    effects,
  ]
  if (!isMetadataKnown(ctx.container)) return wait('metadata', [])
  if (!handling.durable || handling.stale) {
    const written = walked(ctx, handling, 'write')
    return wait('disk', [persist(ctx, [runRecord(ctx, run, written, 'open')])], written)
  }
  const isBehind = mustWaitItsTurn(ctx.container, run)
  if (handling.goal === 'done') return isBehind ? wait('turn', []) : record(ctx, run, handling)
  const graceMs = handling.exit.rank === 'inferred' ? ctx.policy.inferredGraceMs : ctx.policy.deleteGraceMs
  if (!handling.graced && graceMs > 0) {
    return wait('grace', [{ _tag: 'SetTimer', owner: containerOwner(ctx.container.key), call: ctx.call, delayMs: graceMs, jitter: false }])
  }
  return wait(isBehind ? 'turn' : 'slot', [])
}

/** The task is dealt with: status and announcement in one write, and nobody hears of it before it is on disk. */
export const record = (ctx: Context, run: Run, handling: Handling): Stepped => {
  // A container with the id of a sandbox is its pause container, even if its record went before it was read.
  if (ctx.sandboxSaid === 'writing') return fail(ctx, run, { ...handling, goal: 'done' }, 'the end of its sandbox is being written')
  const told = ctx.sandboxSaid === 'announced'
  const metadata = metadataOf(ctx.container)
  const said = announcement({
    seq: ctx.seq,
    type: 'CONTAINER_STOPPED',
    run: run.id,
    sandboxId: metadata.kind === 'sandbox' ? ctx.container.id : metadata.sandboxId,
    exit: handling.exit,
    oomKilled: run.oom._tag !== 'None',
    attempts: handling.failures + 1,
    seenAt: handling.seenAt,
    at: ctx.at,
  })
  const done: Handling = { ...handling, goal: 'done', slow: false, deadline: undefined }
  const status: RunRecord = runRecord(ctx, run, done, handling.owed ? 'announced' : 'closed')
  const { namespace, id, key } = ctx.container
  const sandbox: ReadonlyArray<ReaperRecord> = metadata.kind === 'sandbox'
    ? [{ _tag: 'SandboxRecord', namespace, id, exit: handling.exit, at: ctx.at }]
    : []
  // The reason is in this write, so one of its own that is still to come has nothing more to say.
  const noted: Run = run.oom._tag === 'None' ? run : { ...run, oom: { _tag: 'Noted' } }
  return [
    inPhase(noted, { _tag: 'Recording', call: ctx.call, seq: told ? undefined : said.seq, later: undefined, handling: done }),
    [
      ...stopDeadline(ctx, handling),
      // On every path: an IO that stays open keeps the library's user waiting for output that cannot come any more.
      ...(ctx.policy.io ? [{ _tag: 'CloseIo', container: key, run: run.id } as const] : []),
      {
        _tag: 'Persist',
        owner: containerOwner(key),
        call: ctx.call,
        records: told ? [status] : [status, ...sandbox, said],
        release: told ? [] : [{ _tag: 'SignalStopped', announcement: said }, { _tag: 'EmitContainerEvent', announcement: said }],
      },
    ],
  ]
}

/** The attempt is over without success. What is still in flight stays so, and is joined by the next attempt. */
export const fail = (ctx: Context, run: Run, handling: Handling, error: string, outstanding?: Outstanding): Stepped => {
  const failures = handling.failures + 1
  const delayMs = backoffMs(ctx.policy, failures)
  const next: Handling = {
    ...walked(ctx, handling, 'fail', error),
    failures,
    lastError: error,
    goal: handling.goal === 'done' ? 'done' : 'unknown',
    checkedAt: undefined,
    missed: false,
    slow: false,
    deadline: undefined,
  }
  const owner = containerOwner(ctx.container.key)
  return [
    inPhase(run, { _tag: 'BackingOff', call: ctx.call, until: plus(ctx.at, delayMs), outstanding, handling: next }),
    [
      ...stopDeadline(ctx, handling),
      { _tag: 'SetTimer', owner, call: ctx.call, delayMs, jitter: true },
      // The count outlives a restart. Nothing waits for this write: if it fails, only the count is lost.
      ...(handling.durable && handling.goal !== 'done' ? [persist(ctx, [runRecord(ctx, run, next, 'open')])] : []),
    ],
  ]
}
