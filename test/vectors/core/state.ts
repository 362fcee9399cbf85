/** core/state.ts: the state that knows nothing yet. */
import assert from 'node:assert/strict'
import { initial, violations } from '../../../core/index.ts'
import { defaultPolicy } from '../../../core/policy.ts'
import { size } from '../../../core/table.ts'
import type { Vector } from '../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'state: at first nothing is known, the first number is 1, and no promise is broken',
    run: () => {
      const { bootId, nextSeq, containers, sandboxes, images, slots } = initial('boot')
      assert.deepEqual([bootId, nextSeq, size(containers), size(sandboxes), size(images), slots.inFlight], ['boot', 1, 0, 0, 0, 0])
      assert.deepEqual(violations(defaultPolicy)(initial('boot')), [])
    },
  },
]
