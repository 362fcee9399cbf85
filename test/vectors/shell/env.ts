/** The limits that hold unless told otherwise. */
import assert from 'node:assert/strict'
import { defaultPolicy, millis } from '../../../core/index.ts'
import { defaultCallLimits, now } from '../../../shell/env.ts'
import type { Vector } from '../../support/property.ts'
import { testEnv } from '../../support/shell_env.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'env: an attempt has time for a look, a drain and an OOM count that each take as long as they may',
    run: () => {
      const { loadTimeoutMs, oomReadTimeoutMs, drainTimeoutMs, jitter } = defaultCallLimits
      assert.ok(loadTimeoutMs + oomReadTimeoutMs + drainTimeoutMs < defaultPolicy.handlingTimeoutMs)
      assert.ok(jitter >= 0 && jitter < 1)
    },
  },
  {
    name: 'env: now is the wall clock of the environment',
    run: async () => {
      const env = testEnv()
      const before = now(env)
      await env.clock.advance(5)
      assert.equal(now(env), millis(before + 5))
    },
  },
]
