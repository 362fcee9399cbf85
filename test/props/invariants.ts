/** Whatever the machine is told, in whatever order, it breaks none of its promises and throws nothing. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  defaultPolicy,
  describeContainer,
  describeEffect,
  describeEvent,
  describeState,
  entries,
  type Policy,
  violations,
} from '../../core/index.ts'
import { anyMoves, playMoves } from '../support/arbitrary_history.ts'
import type { Prop } from '../support/property.ts'

const anyPolicy: fc.Arbitrary<Policy> = fc.record({
  maxHandlings: fc.constantFrom(1, 2, 8),
  nri: fc.boolean(),
  io: fc.boolean(),
  oomCheck: fc.boolean(),
  selective: fc.boolean(),
  deleteGraceMs: fc.constantFrom(0, 500),
  onHandlingTimeout: fc.constantFrom('join' as const, 'cancel' as const),
  deleteHardLimitMs: fc.constantFrom(undefined, 30_000),
  sandboxExit: fc.constantFrom('first' as const, 'last' as const),
}).map((chosen) => ({ ...defaultPolicy, ...chosen }))

export const props: ReadonlyArray<Prop> = [
  {
    name: 'no history breaks a promise of the state',
    property: fc.property(anyPolicy, anyMoves, (policy, moves) => {
      const check = violations(policy)
      playMoves(policy, moves).forEach(({ state, event }, place, moments) => {
        const broken = check(state)
        if (broken.length > 0) {
          const told = moments.slice(0, place + 1).flatMap((
            moment,
          ) => [describeEvent(moment.event), ...moment.effects.map((effect) => `  ${describeEffect(effect)}`)])
          assert.fail(`${broken.join('\n')}\nafter ${describeEvent(event)}\n\n${told.join('\n')}`)
        }
      })
    }),
    runs: 300,
  },
  {
    name: 'every event, effect and state is described in one printable line',
    property: fc.property(anyPolicy, anyMoves, (policy, moves) => {
      for (const { event, effects, state } of playMoves(policy, moves)) {
        const lines = [
          describeEvent(event),
          ...effects.map(describeEffect),
          describeState(state),
          ...entries(state.containers).map(([, container]) => describeContainer(container)),
        ]
        for (const line of lines) {
          assert.match(line, /^[ -~]+$/)
          assert.doesNotMatch(line, /undefined|\[object|NaN/)
        }
      }
    }),
    runs: 50,
  },
]
