/** Every decoder: right inputs are taken, and of 10,000 wrong ones in all none makes one throw. Both runtimes run these. */
import assert from 'node:assert/strict'
import type { Vector } from '../support/property.ts'
import { fuzz, targets } from './run.ts'

const inAll = 10_000

export const cases: ReadonlyArray<Vector> = targets.map((target) => ({
  name: `a value or a refusal, never a throw: ${target.name}`,
  run: () => {
    assert.ok(target.right.some((right) => right() === 'value'), 'a right input is taken')
    const { inputs, thrown } = fuzz(target, Math.ceil(inAll / targets.length), 1)
    assert.equal(thrown.length, 0, thrown.join('\n'))
    assert.ok(inputs >= inAll / targets.length)
  },
}))
