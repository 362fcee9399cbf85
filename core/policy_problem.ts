/**
 * What is wrong with a policy that a user of the library gives. The program's own comes through the codecs of its settings.
 *
 * @module
 */
import { show } from './codec/show.ts'
import type { Policy } from './policy.ts'

interface Rule {
  readonly wanted: string
  readonly holds: (value: unknown) => boolean
}

const oneOf = (...words: ReadonlyArray<string>): Rule => ({
  wanted: words.join(' or '),
  holds: (value) => typeof value === 'string' && words.includes(value),
})
const choice: Rule = { wanted: 'true or false', holds: (value) => typeof value === 'boolean' }
/** Without an end where it is Infinity. */
const time: Rule = { wanted: 'milliseconds from 0 up', holds: (value) => typeof value === 'number' && value >= 0 }

const rules: Readonly<Record<keyof Policy, Rule>> = {
  handlingTimeoutMs: time,
  onHandlingTimeout: oneOf('join', 'cancel'),
  deleteHardLimitMs: { wanted: `${time.wanted}, or undefined`, holds: (value) => value === undefined || time.holds(value) },
  sandboxExit: oneOf('first', 'last'),
  backoffFirstMs: time,
  backoffCapMs: time,
  // With none, every exit would wait for a slot for ever.
  maxHandlings: { wanted: 'a whole number from 1 up', holds: (value) => Number.isInteger(value) && Number(value) >= 1 },
  slowAfterMs: time,
  justNowMs: time,
  deleteGraceMs: time,
  inferredGraceMs: time,
  nri: choice,
  io: choice,
  oomCheck: choice,
  recordRunning: choice,
  selective: choice,
  sweepLeftBehind: choice,
  rememberMs: time,
}

const names = Object.keys(rules).filter((name): name is keyof Policy => name in rules)

/**
 * The first value that the machine cannot obey, in one line: which, what is wanted, what was found. undefined when there is none.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { defaultPolicy, policyProblem } from 'containerd-reaper/core'
 *
 * assert.equal(policyProblem(defaultPolicy), undefined)
 * assert.equal(policyProblem({ ...defaultPolicy, maxHandlings: 0 }), 'policy.maxHandlings: wanted a whole number from 1 up, found 0')
 * ```
 */
export const policyProblem = (policy: Policy): string | undefined => {
  const name = names.find((one) => !rules[one].holds(policy[one]))
  return name === undefined ? undefined : `policy.${name}: wanted ${rules[name].wanted}, found ${show(policy[name])}`
}
