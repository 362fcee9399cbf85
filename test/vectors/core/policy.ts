/** core/policy.ts: the defaults are containerd's own numbers where it has one, and its caution where ours differs. */
import assert from 'node:assert/strict'
import { defaultPolicy } from '../../../core/policy.ts'
import type { Vector } from '../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: "policy: containerd's numbers: ten seconds for an attempt, back-off from one second to five minutes",
    run: () => {
      const { handlingTimeoutMs, backoffFirstMs, backoffCapMs } = defaultPolicy
      assert.deepEqual([handlingTimeoutMs, backoffFirstMs, backoffCapMs], [10_000, 1_000, 300_000])
    },
  },
  {
    name: 'policy: a Delete is joined and never cut off, the first exit of a sandbox counts, nobody is left out',
    run: () => {
      const { onHandlingTimeout, deleteHardLimitMs, sandboxExit, selective } = defaultPolicy
      assert.deepEqual([onHandlingTimeout, deleteHardLimitMs, sandboxExit, selective], ['join', undefined, 'first', false])
    },
  },
  {
    name: 'policy: better word of an inferred exit is waited for longer than shims take to publish it again: six seconds',
    run: () => assert.ok(defaultPolicy.inferredGraceMs > 6_000),
  },
]
