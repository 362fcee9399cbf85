/**
 * A TaskOOM event: the reason of the run becomes OOMKilled, now or, if the event comes after the exit, afterwards. Independent of the
 * handling: it waits for nothing there, and nothing there waits for it.
 *
 * containerd's event names no run, so it belongs to the latest one.
 *
 * @module
 */
import { announcement } from '../announcement.ts'
import { backoffMs } from '../backoff.ts'
import type { Effect } from '../effect.ts'
import { containerOwner } from '../ids.ts'
import type { RunRecord } from '../record.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { bootOf, isMetadataKnown, metadataOf, unmoved } from './context.ts'
import type { Run } from './phase.ts'

/** The first OOM kill of the run is written down; a further one is no news. */
export const noteOom = (ctx: Context, run: Run): Stepped => run.oom._tag === 'None' ? write(ctx, run, 0) : unmoved(run)

/** Answers and timers of the write; undefined when the event is for somebody else. */
export const stepOom = (ctx: Context, event: RunEvent, run: Run): Stepped | undefined => {
  const { oom } = run
  if (oom._tag !== 'Writing' || !('call' in event) || event.call !== oom.call) return undefined
  // Also of a write whose answer was lost: after a restart of the shell, `resume` asks for it by this timer.
  if (event._tag === 'TimerFired') return write(ctx, run, oom.failures)
  if (event._tag !== 'PersistSettled' || oom.waiting) return undefined
  if (event.outcome._tag === 'Durable') return [{ ...run, oom: { _tag: 'Noted' } }, []]
  return later(ctx, run, oom.failures + 1)
}

const later = (ctx: Context, run: Run, failures: number): Stepped => [
  { ...run, oom: { _tag: 'Writing', call: ctx.call, failures, waiting: true } },
  [{
    _tag: 'SetTimer',
    owner: containerOwner(ctx.container.key),
    call: ctx.call,
    delayMs: backoffMs(ctx.policy, failures),
    jitter: true,
  }],
]

/** Writes the reason down; the change of it too, if STOPPED has gone out with another. */
export const write = (ctx: Context, run: Run, failures: number): Stepped => {
  // STOPPED is on its way to the disk with the other reason: the change of it must not get there first. And of what may be somebody
  // else's nothing is written.
  if (run.phase._tag === 'Recording' || !isMetadataKnown(ctx.container)) return later(ctx, run, failures + 1)
  const { call } = ctx
  const marked: Run = { ...run, oom: { _tag: 'Writing', call, failures, waiting: false } }
  const owner = containerOwner(ctx.container.key)
  const row = statusRow(ctx, marked)
  const said = update(ctx, marked)
  const persist: Effect = said === undefined
    ? { _tag: 'Persist', owner, call, records: [row], release: [] }
    : { _tag: 'Persist', owner, call, records: [row, said], release: [{ _tag: 'EmitContainerEvent', announcement: said }] }
  return [marked, [persist]]
}

/** STOPPED has gone out with another reason: listeners are told of the change. Upstream changes it silently. */
const update = (ctx: Context, { id, phase }: Run): ReturnType<typeof announcement> | undefined => {
  const told = phase._tag === 'Announced' ? phase.over : phase._tag === 'Exited' ? phase : undefined
  if (told === undefined) return undefined
  const { kind, sandboxId } = metadataOf(ctx.container)
  return announcement({
    seq: ctx.seq,
    type: 'CONTAINER_UPDATED',
    run: id,
    sandboxId: kind === 'sandbox' ? ctx.container.id : sandboxId,
    exit: told.exit,
    oomKilled: true,
    attempts: told.attempts,
    seenAt: ctx.at,
    at: ctx.at,
  })
}

const statusRow = (ctx: Context, run: Run): RunRecord => {
  const { id, phase } = run
  const handling = phase._tag === 'Running' || phase._tag === 'Exited' ? undefined : phase.handling
  return {
    _tag: 'RunRecord',
    run: id,
    metadata: metadataOf(ctx.container),
    exit: phase._tag === 'Exited' ? phase.exit : handling?.exit,
    oomKilled: true,
    notified: handling?.notified ?? phase._tag === 'Exited',
    attempts: handling?.failures ?? 0,
    lastError: handling?.lastError,
    standing: standingOf(phase),
    at: ctx.at,
    ...bootOf(run),
    ...(handling === undefined || handling.trail.length === 0 ? {} : { trail: handling.trail }),
  }
}

/** While it is being written that nothing is owed any more, this row must not say otherwise behind that one. */
const standingOf = (phase: Run['phase']): RunRecord['standing'] => {
  if (phase._tag === 'Announced') return phase.doing === 'Closing' ? 'closed' : 'announced'
  return phase._tag === 'Exited' ? 'closed' : 'open'
}
