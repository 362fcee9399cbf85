/** Every story with the process killed at every place, and at every two places. Both runtimes run these. */
import assert from 'node:assert/strict'
import type { Vector } from '../support/property.ts'
import { noLosses } from './losses.ts'
import { describeLine, matrixOf } from './matrix.ts'
import { stories } from './stories.ts'

/** A story with fewer boundaries than this has not been told. */
const fewest = 30

export const cases = (print: (line: string) => void): ReadonlyArray<Vector> =>
  stories.map((story) => ({
    name: `killed at any place, and at any two, nothing is lost, told twice or left: ${story.name}`,
    run: () => {
      const line = matrixOf(story, 1)
      print(describeLine(line))
      assert.deepEqual(line.broken, [], describeLine(line))
      assert.deepEqual(line.losses, noLosses, describeLine(line))
      assert.ok(line.boundaries >= fewest && line.kills > line.boundaries ** 2 / 2, describeLine(line))
    },
  }))
