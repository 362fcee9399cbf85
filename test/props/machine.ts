/**
 * The machine in simulated worlds: containerd, its other clients, the wires and the disk around it, with faults drawn from a seed, our own
 * death at any moment included. Each rule of the design is a checker in test/sim/checkers. A failure names the seed and how to see it again.
 *
 * `SIM_SEEDS` says how many worlds (600 by default), `SIM_FROM` which is the first.
 */
import assert from 'node:assert/strict'
import process from 'node:process'
import fc from 'fast-check'
import { planOf } from '../sim/plan.ts'
import { replayCommand, runWorld } from '../sim/world.ts'
import type { Prop } from '../support/property.ts'

const number = (name: string, otherwise: number): number => {
  const value = Number(process.env[name] ?? otherwise)
  assert.ok(Number.isSafeInteger(value) && value >= 0, `Cannot read ${name}: wanted a whole number, found ${process.env[name]}`)
  return value
}

/** The worlds that are made are always the same ones, so that a run can be compared with the last; `SIM_FROM` makes others. */
const from = number('SIM_FROM', 1)
const shares = 4
const share = Math.ceil(number('SIM_SEEDS', 600) / shares)

const complaint = (seed: number): string | undefined => {
  const outcome = runWorld(seed)
  const { breach } = outcome
  return breach === undefined
    ? undefined
    : `Rule broken in world ${seed}: ${breach.rule}: ${breach.what}\nSee it again: ${replayCommand(outcome)}`
}

const keepsItsRules = (first: number): Prop => ({
  name: `machine: worlds ${first} to ${first + share - 1} keep every rule`,
  runs: 1,
  property: fc.property(fc.constant(first), (start) => {
    const complaints = Array.from({ length: share }, (_, place) => complaint(start + place)).filter((it) => it !== undefined)
    assert.equal(complaints.length, 0, complaints.join('\n'))
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
