/**
 * How long to wait after the n-th failure. Pure arithmetic: the shell draws the jitter, the phases keep the count.
 *
 * @module
 */
import type { Policy } from './policy.ts'

/** Delay after failure number `attempt` (1 for the first), ms: 1, 2, 4, ... 256, 300, 300 s by default. */
export const backoffMs = (policy: Policy, attempt: number): number =>
  Math.min(policy.backoffCapMs, policy.backoffFirstMs * 2 ** Math.min(attempt - 1, 40))
