/**
 * An attempt that takes its time gives up its slot and goes on without: a Delete that hangs must not keep others waiting, and until it
 * has hung for a while nobody can tell it from one that works.
 *
 * @module
 */
import type { Effect } from '../effect.ts'
import { containerOwner } from '../ids.ts'
import type { Policy } from '../policy.ts'
import type { Context, Stepped } from './context.ts'
import { inPhase } from './context.ts'
import type { Attempting, HandlingPhase, Run } from './phase.ts'
import { inAttempt } from './phase.ts'

/** How long the timer of an attempt runs: first for as long as it may hold a slot, then for the rest of its time. */
export const attemptMs = ({ handlingTimeoutMs, slowAfterMs }: Policy, slow: boolean): number =>
  slow ? handlingTimeoutMs - slowAfterMs : Math.min(slowAfterMs, handlingTimeoutMs)

export const attemptTimer = ({ policy, container, call }: Context, slow: boolean): Effect => ({
  _tag: 'SetTimer',
  owner: containerOwner(container.key),
  call,
  delayMs: attemptMs(policy, slow),
  jitter: false,
})

/** Whether the timer that fired was that of the slot, with time left for the attempt. */
export const canSlowDown = ({ handlingTimeoutMs, slowAfterMs }: Policy, phase: HandlingPhase): phase is Attempting =>
  inAttempt(phase) && !phase.handling.slow && slowAfterMs < handlingTimeoutMs

export const slowDown = (ctx: Context, run: Run, phase: Attempting): Stepped => [
  inPhase(run, { ...phase, handling: { ...phase.handling, slow: true, deadline: ctx.call } }),
  [attemptTimer(ctx, true)],
]
