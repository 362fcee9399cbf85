import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { policySettings } from '../../../core/codec/policy_settings.ts'
import { defaultPolicy } from '../../../core/policy.ts'
import { defaultCallLimits } from '../../../shell/env.ts'

t.test('all stand in [policy], with a meaning and a reason', async (t) => {
  for (const { key, meaning, reason } of Object.values(policySettings)) {
    t.match(key, /^policy\.[a-z_]+$/)
    t.ok(meaning !== '' && reason !== '', key)
  }
})

t.test('the numbers that the machine knows are its own', async (t) => {
  t.equal(policySettings.handlingTimeoutMs.default, defaultPolicy.handlingTimeoutMs)
  t.equal(policySettings.maxHandlings.default, defaultPolicy.maxHandlings)
  t.strictSame([policySettings.handlingTimeoutMs.defaultText, policySettings.deleteHardLimitMs.defaultText], ['10s', 'off'])
})

t.test('and so are the ones that the shell knows', async (t) => {
  const { loadTimeoutMs, oomReadTimeoutMs, drainTimeoutMs, relistPeriodMs, backoffJitter } = policySettings
  t.strictSame(
    {
      loadTimeoutMs: loadTimeoutMs.default,
      oomReadTimeoutMs: oomReadTimeoutMs.default,
      drainTimeoutMs: drainTimeoutMs.default,
      relistPeriodMs: relistPeriodMs.default,
      jitter: backoffJitter.default,
    },
    defaultCallLimits,
  )
})

t.test('numbers have bounds', async (t) => {
  const { backoffJitter, maxHandlings, handlingTimeoutMs, relistPeriodMs } = policySettings
  t.strictSame([0, 0.5, 1].map((value) => backoffJitter.codec.decode(value)).map(E.isRight), [true, true, true])
  t.strictSame([-0.1, 1.1, Number.NaN].map((value) => backoffJitter.codec.decode(value)).map(E.isRight), [false, false, false])
  t.strictSame([1, 1_024].map((value) => maxHandlings.codec.decode(value)).map(E.isRight), [true, true])
  t.strictSame([0, 1.5, 1_025].map((value) => maxHandlings.codec.decode(value)).map(E.isRight), [false, false, false])
  t.ok(E.isLeft(handlingTimeoutMs.codec.decode('0s')))
  t.ok(E.isLeft(relistPeriodMs.codec.decode('999ms')), 'listing all the time would be a load of its own')
})
