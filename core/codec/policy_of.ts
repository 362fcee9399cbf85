/**
 * What the machine takes from the configuration. The rest of it (timeouts of calls, jitter, the relist period) is the shell's.
 *
 * @module
 */
import { defaultPolicy, type Policy } from '../policy.ts'
import type { Config } from './config.ts'

/** The machine's policy under `config`; what has no setting keeps its default. */
export const policyOf = (config: Config): Policy => ({
  ...defaultPolicy,
  handlingTimeoutMs: config.policy.handlingTimeoutMs,
  onHandlingTimeout: config.policy.onHandlingTimeout,
  deleteHardLimitMs: config.policy.deleteHardLimitMs,
  sandboxExit: config.policy.sandboxExit,
  backoffFirstMs: config.policy.backoffFirstMs,
  backoffCapMs: config.policy.backoffCapMs,
  maxHandlings: config.policy.maxHandlings,
  deleteGraceMs: config.deleteGraceMs,
  inferredGraceMs: config.policy.inferredGraceMs,
  selective: config.selectors.length > 0,
})
