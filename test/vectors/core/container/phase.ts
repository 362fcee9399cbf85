/** core/container/phase.ts: which phases hold a slot, wait for one, and are part of a handling. */
import assert from 'node:assert/strict'
import { holdsSlot, inHandling, wantsSlot } from '../../../../core/container/phase.ts'
import { lookup } from '../../../../core/table.ts'
import { c } from '../../../support/conversation.ts'
import { type PhaseName, phaseNames, phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const holding: ReadonlyArray<PhaseName> = ['Loading', 'Notifying', 'Killing', 'Draining', 'Deleting', 'Cleaning']
const over: ReadonlyArray<PhaseName> = [
  'Running',
  'Announced (Loading)',
  'Announced (Deleting)',
  'Announced (Cleaning)',
  'Announced (Waiting)',
  'Announced (Closing)',
  'Exited',
]

export const cases: ReadonlyArray<Vector> = phaseNames.map((name) => ({
  name: `phase: ${name} ${holding.includes(name) ? 'holds' : 'holds no'} slot, and is ${over.includes(name) ? 'not ' : ''}in handling`,
  run: () => {
    const state = phases[name]().state()
    const run = lookup(c, state.containers)?.runs[0]
    assert.ok(run)
    assert.equal(holdsSlot(run.phase), holding.includes(name))
    assert.equal(wantsSlot(run.phase), name === 'Recorded (slot)')
    assert.equal(inHandling(run.phase), !over.includes(name))
    assert.equal(state.slots.inFlight, holding.includes(name) ? 1 : 0)
  },
}))
