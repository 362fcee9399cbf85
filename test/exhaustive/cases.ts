/** Every small world, searched as deep as a test run has time for. Both runtimes run these. */
import assert from 'node:assert/strict'
import type { Vector } from '../support/property.ts'
import { runSearch } from './run.ts'
import { smallWorlds } from './worlds.ts'

export const cases = (print: (line: string) => void): ReadonlyArray<Vector> =>
  smallWorlds().map((world) => ({
    name: `every history of ${world.depth} steps keeps the rules: ${world.name}`,
    run: () => {
      const { problems } = runSearch(world, 'test run', print)
      assert.equal(problems.length, 0, problems.join('\n'))
    },
  }))
