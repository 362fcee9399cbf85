/** core/container/run.ts: every phase obeys what any phase obeys, and takes nothing that is not meant for it. */
import assert from 'node:assert/strict'
import type { ReaperEvent } from '../../../../core/event.ts'
import { callId, containerOwner, millis } from '../../../../core/ids.ts'
import { step } from '../../../../core/index.ts'
import { defaultPolicy } from '../../../../core/policy.ts'
import { c } from '../../../support/conversation.ts'
import { execExited, exited, listing, oomed } from '../../../support/facts.ts'
import { cleanedUp, counted, deleted, delivered, drained, durable, failed, found, gone, running } from '../../../support/outcomes.ts'
import { phaseNames, phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

/** One answer of each kind, to a call of that number. */
const answersTo = (number: number): ReadonlyArray<ReaperEvent> => {
  const call = callId(number)
  const at = millis(20_000)
  const owner = containerOwner(c)
  return [
    { _tag: 'ContainerSettled', container: c, call, at, outcome: found({ sandboxId: 'x', kind: 'container', ownPidNamespace: true }) },
    { _tag: 'LoadSettled', container: c, call, at, outcome: running() },
    { _tag: 'WatchSettled', container: c, call, at, outcome: failed() },
    { _tag: 'OomKillsSettled', container: c, call, at, outcome: counted(1) },
    { _tag: 'NriSettled', container: c, call, at, outcome: delivered },
    { _tag: 'KillSettled', container: c, call, at, outcome: gone },
    { _tag: 'DrainSettled', container: c, call, at, outcome: drained },
    { _tag: 'DeleteSettled', container: c, call, at, outcome: deleted(9) },
    { _tag: 'CleanUpSettled', container: c, call, at, outcome: cleanedUp },
    { _tag: 'PersistSettled', owner, call, at, outcome: durable },
    { _tag: 'PersistSettled', owner, call, at, outcome: failed() },
    { _tag: 'TimerFired', owner, call, at },
  ]
}

/** Their exit was told without a pid: word of it with the pid is better, and no repeat. */
const beginNameless: ReadonlyArray<string> = ['Loading', 'Cleaning', 'BackingOff (CleanUp)']

export const cases: ReadonlyArray<Vector> = [
  ...phaseNames.map((name): Vector => ({
    name: `run: ${name}: an answer or a timer of a call that is not awaited changes nothing`,
    run: () => {
      const state = phases[name]().state()
      // With no slot to give, the step cannot be about anything else.
      for (const event of answersTo(999)) {
        const [next, effects] = step({ ...defaultPolicy, maxHandlings: 0 })(event, state)
        assert.deepEqual(effects, [], event._tag)
        assert.equal(next, state, event._tag)
      }
    },
  })),
  ...phaseNames.filter((name) => name !== 'Running').map((name): Vector => ({
    name: `run: ${name}: the same exit again changes, writes and announces nothing`,
    run: () => {
      const talk = phases[name]()
      assert.equal(talk.tell(exited(3, { pid: 0 })), '')
      assert.equal(talk.tell(exited(0, { pid: 0, ns: 99 })), '')
      if (!beginNameless.includes(name)) assert.equal(talk.tell(exited(0, { ns: 99 })), '')
      assert.equal(talk.tell(execExited(9, 'exec')), '')
      assert.equal(talk.phase(), name)
    },
  })),
  ...phaseNames.map((name): Vector => ({
    name: `run: ${name}: an OOM kill is written down at once, or as soon as its turn comes, and the run goes on as before`,
    run: () => {
      const talk = phases[name]()
      talk.tell(oomed())
      assert.equal(talk.phase(), name)
      assert.match(talk.status(), /OOMKilled$/)
    },
  })),
  ...phaseNames.map((name): Vector => ({
    name: `run: ${name}: a listing that shows the task running takes nothing back`,
    run: () => {
      const talk = phases[name]()
      talk.next({ LOAD: ['hang'] })
      talk.tell(listing({ containers: { c: { sandboxId: 's', kind: 'container', ownPidNamespace: false } }, tasks: { c: running() } }))
      if (name === 'Recorded (metadata)') return
      assert.equal(talk.phase(), name)
    },
  })),
]
