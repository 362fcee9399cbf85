import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { decodeConfig } from '../../../core/codec/config_codec.ts'
import { policyOf } from '../../../core/codec/policy_of.ts'
import { defaultPolicy } from '../../../core/policy.ts'

const policyFrom = (value: object): unknown => E.toUnion(E.map(policyOf)(decodeConfig({ namespaces: ['ci'], ...value })))

t.test('a configuration of defaults gives the default policy', async (t) => {
  t.strictSame(policyFrom({}), defaultPolicy)
})

t.test('each setting of the machine arrives there', async (t) => {
  t.strictSame(
    policyFrom({
      delete_grace: '3s',
      selectors: ['labels.app==web'],
      policy: {
        handling_timeout: '1s',
        on_handling_timeout: 'cancel',
        delete_hard_limit: '1m',
        sandbox_exit: 'last',
        backoff_first: '2s',
        backoff_cap: '4s',
        max_handlings: 3,
        inferred_grace: '5s',
      },
    }),
    {
      ...defaultPolicy,
      handlingTimeoutMs: 1_000,
      onHandlingTimeout: 'cancel',
      deleteHardLimitMs: 60_000,
      sandboxExit: 'last',
      backoffFirstMs: 2_000,
      backoffCapMs: 4_000,
      maxHandlings: 3,
      deleteGraceMs: 3_000,
      inferredGraceMs: 5_000,
      selective: true,
    },
  )
})
