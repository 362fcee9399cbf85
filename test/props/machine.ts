/**
 * The machine in simulated worlds: containerd, its other clients, the wires and the disk around it, with faults drawn from a seed, our own
 * death at any moment included. Each rule of the design is a checker in test/sim/checkers. A failure names the seed and how to see it again.
 *
 * `SIM_SEEDS` says how many worlds (2,000 by default: about ten seconds of a core on either runtime; test/nightly/simulated_worlds.ts makes
 * 100,000), `SIM_FROM` which is the first.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { planOf } from '../sim/plan.ts'
import { runWorld } from '../sim/world.ts'
import { complaint, runWorlds, sizeFrom } from '../sim/worlds.ts'
import type { Prop } from '../support/property.ts'

/** The worlds that are made are always the same ones, so that a run can be compared with the last; `SIM_FROM` makes others. */
const from = sizeFrom('SIM_FROM', 1)
const shares = 4
const share = Math.ceil(sizeFrom('SIM_SEEDS', 2_000) / shares)

const keepsItsRules = (first: number): Prop => ({
  name: `machine: worlds ${first} to ${first + share - 1} keep every rule`,
  runs: 1,
  property: fc.property(fc.constant(first), (start) => {
    const { broken } = runWorlds(start, start + share - 1)
    assert.equal(broken.length, 0, broken.map(complaint).join('\n'))
  }),
})

export const props: ReadonlyArray<Prop> = [
  ...Array.from({ length: shares }, (_, place) => keepsItsRules(from + place * share)),
  {
    name: 'machine: a seed makes the same world every time, on every runtime',
    runs: 5,
    property: fc.property(fc.integer({ min: 1, max: 100_000 }), (seed) => {
      const told = (): ReadonlyArray<string> => {
        const lines: string[] = []
        runWorld(seed, { print: (line) => lines.push(line) })
        return lines
      }
      assert.deepEqual(told(), told())
      assert.deepEqual(planOf(seed), planOf(seed))
    }),
  },
]
