/** core/container/context.ts: what a phase may look at beside the event and its own run. */
import assert from 'node:assert/strict'
import { isMetadataKnown, isTimer, metadataOf, mustWaitItsTurn } from '../../../../core/container/context.ts'
import { callId, containerOwner, millis } from '../../../../core/ids.ts'
import { noMetadata } from '../../../../core/metadata.ts'
import type { Container, Lookup } from '../../../../core/state.ts'
import { lookup } from '../../../../core/table.ts'
import { c, conversation, metadata } from '../../../support/conversation.ts'
import { exited, started } from '../../../support/facts.ts'
import { running, stopped } from '../../../support/outcomes.ts'
import { type PhaseName, phaseNames, phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const containerOf = (name: PhaseName): Container => {
  const found = lookup(c, phases[name]().state().containers)
  assert.ok(found)
  return found
}

/** In Loading and BackingOff, the sign of the next run makes the handling look again and find that it is over. */
const waits = (name: PhaseName): boolean =>
  !['Exited', 'Loading', 'BackingOff', 'Announced (Loading)', 'Announced (Waiting)', 'Announced (Closing)'].includes(name)

const lookups: ReadonlyArray<readonly [Lookup, boolean]> = [
  [{ _tag: 'Asked', call: callId(1), failures: 0, live: true, before: undefined }, false],
  [{ _tag: 'AskLater', call: callId(1), failures: 1, live: true, before: undefined }, false],
  [{ _tag: 'NotOurs', refresh: undefined }, false],
  [{ _tag: 'Known', metadata, refresh: callId(1) }, true],
  [{ _tag: 'Deleted', metadata }, true],
]

export const cases: ReadonlyArray<Vector> = [
  ...lookups.map(([known, isKnown]): Vector => ({
    name: `context: ${known._tag}: what the record says is ${isKnown ? 'known' : 'not known'}`,
    run: () => {
      const container = { ...containerOf('Running'), lookup: known }
      assert.equal(isMetadataKnown(container), isKnown)
      assert.deepEqual(metadataOf(container), isKnown ? metadata : noMetadata)
    },
  })),
  {
    name: 'context: a timer is known by its call, and no answer is taken for one',
    run: () => {
      const fired = { _tag: 'TimerFired', owner: containerOwner(c), call: callId(3), at: millis(0) } as const
      assert.equal(isTimer(fired, callId(3)), true)
      assert.equal(isTimer(fired, callId(4)), false)
      assert.equal(isTimer(fired, undefined), false)
      assert.equal(
        isTimer({ _tag: 'KillSettled', container: c, call: callId(3), outcome: { _tag: 'Gone' }, at: millis(0) }, callId(3)),
        false,
      )
    },
  },
  ...phaseNames.map((name): Vector => ({
    name: `context: ${name}: the exit of the next run ${waits(name) ? 'waits for this one' : 'goes on by itself'}; rules 5 and 8`,
    run: () => {
      const talk = phases[name]()
      talk.tell(started(43))
      talk.tell(exited(4, { pid: 43, ns: 9 }))
      const container = lookup(c, talk.state().containers)
      const younger = container?.runs.findLast(({ id }) => id.pid === 43)
      assert.ok(container && younger)
      assert.equal(mustWaitItsTurn(container, younger), waits(name))
      if (!waits(name)) assert.equal(talk.phase().split(', ').at(-1), 'Exited')
    },
  })),
  {
    name: 'context: an older run that turns out to have exited waits for a younger one whose Delete is still in flight; rule 5',
    run: () => {
      const talk = conversation({ script: { LOAD: [running(43), stopped(4, 9, 43)], TD: ['hang'] } })
      talk.tell(started(43))
      talk.pass(7_000)
      assert.equal(talk.phase(), 'Running')
      assert.match(talk.tell(exited(4, { pid: 43, ns: 9 })), /TD$/)
      talk.pass(10_000)
      assert.equal(talk.phase(), 'BackingOff (Delete)')
      talk.tell(exited(9, { pid: 44, ns: 11 }))
      assert.equal(talk.phase(), 'BackingOff (Delete), Recorded (turn)')
    },
  },
  {
    name: 'context: an older run that was believed alive waits for the hung Delete of a younger one; rule 5',
    run: () => {
      const talk = conversation({ script: { LOAD: [running(), stopped(4, 9, 43)], TD: ['hang'] } })
      talk.tell(started(43))
      assert.equal(talk.tell(exited(4, { pid: 43, ns: 9 })), 'SAVE LOAD KILL TD')
      talk.pass(10_000)
      assert.equal(talk.phase(), 'Running, BackingOff (Delete)')
      assert.equal(talk.tell(exited(3)), 'SAVE')
      assert.equal(talk.phase(), 'Recorded (turn), BackingOff (Delete)')
    },
  },
  ...(['LOAD', 'KILL', 'TD'] as const).map((word): Vector => ({
    name: `context: an older run that was believed alive waits for the attempt of a younger one, here at ${word}; rule 5`,
    run: () => {
      const look = word === 'LOAD' ? 'hang' as const : stopped(4, 9, 43)
      const talk = conversation({ script: { LOAD: [running(), look], KILL: word === 'KILL' ? ['hang'] : [], TD: ['hang'] } })
      talk.tell(started(43))
      talk.tell(exited(4, { pid: 43, ns: 9 }))
      assert.equal(talk.tell(exited(3)), 'SAVE')
      assert.match(talk.phase(), /^Recorded \(turn\), /)
    },
  })),
]
