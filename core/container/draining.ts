/**
 * The IO that the library's user attached is being cancelled and waited for, bounded. Whether it ended or not, the handling goes on:
 * a writer that never closes must not keep a shim alive.
 *
 * @module
 */
import { advance } from './advance.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { unmoved } from './context.ts'
import type { Draining, Run } from './phase.ts'

export const stepDraining = (ctx: Context, event: RunEvent, run: Run, self: Draining): Stepped =>
  event._tag === 'DrainSettled' && event.call === self.call ? advance(ctx, run, { ...self.handling, drained: true }) : unmoved(run)
