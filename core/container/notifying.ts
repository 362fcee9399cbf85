/**
 * NRI plugins are being told. Once per run, and whatever they answer, the handling goes on.
 *
 * @module
 */
import { advance } from './advance.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { unmoved } from './context.ts'
import type { Notifying, Run } from './phase.ts'

export const stepNotifying = (ctx: Context, event: RunEvent, run: Run, self: Notifying): Stepped =>
  event._tag === 'NriSettled' && event.call === self.call ? advance(ctx, run, { ...self.handling, notified: true }) : unmoved(run)
