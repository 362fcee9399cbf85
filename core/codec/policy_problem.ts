/**
 * What is wrong with a policy that a user of the library gives. The program's own comes from its settings.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Policy } from '../policy.ts'
import { problemsOf } from './explain.ts'
import { numberBetween } from './number.ts'
import { policySettings } from './policy_settings.ts'

/** In the library a time may be 0, and without an end. */
const time = numberBetween('milliseconds', 0, Infinity, () => true)

const Obeyed: t.Decoder<unknown, Policy> = t.type({
  handlingTimeoutMs: time,
  onHandlingTimeout: policySettings.onHandlingTimeout.codec,
  deleteHardLimitMs: t.union([time, t.undefined], `${time.name}, or undefined`),
  sandboxExit: policySettings.sandboxExit.codec,
  backoffFirstMs: time,
  backoffCapMs: time,
  maxHandlings: policySettings.maxHandlings.codec, // with none, every exit would wait for a slot for ever
  slowAfterMs: time,
  justNowMs: time,
  deleteGraceMs: time,
  inferredGraceMs: time,
  nri: t.boolean,
  io: t.boolean,
  oomCheck: t.boolean,
  recordRunning: t.boolean,
  selective: t.boolean,
  sweepLeftBehind: t.boolean,
  rememberMs: time,
})

/**
 * The first value that the machine cannot obey, in one line: which, what is wanted, what was found. undefined when there is none.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { defaultPolicy, policyProblem } from 'containerd-reaper/core'
 *
 * assert.equal(policyProblem(defaultPolicy), undefined)
 * assert.equal(policyProblem({ ...defaultPolicy, maxHandlings: 0 }), 'policy.maxHandlings: wanted a whole number from 1 to 1024, found 0')
 * ```
 */
export const policyProblem = (policy: Policy): string | undefined => {
  const obeyed = Obeyed.decode(policy)
  const [first] = E.isLeft(obeyed) ? problemsOf(obeyed.left) : []
  return first && `policy${first.path}: ${first.text}`
}
