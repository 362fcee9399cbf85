/** core/container/oom.ts: a TaskOOM event, before the exit, during its handling and after it; and a disk that fails. */
import assert from 'node:assert/strict'
import { conversation } from '../../../support/conversation.ts'
import { exited, oomed, started } from '../../../support/facts.ts'
import { counted, deleted, durable, failed, found, gone, notFound } from '../../../support/outcomes.ts'
import { metadata } from '../../../support/conversation.ts'
import { phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'oom: early: on disk, and still known after a restart',
    run: () => {
      const talk = conversation()
      talk.tell(oomed())
      talk.restart()
      assert.equal(talk.status(), 'RUNNING 42 OOMKilled')
    },
  },
  {
    name: 'oom: during the handling: STOPPED has the reason, and there is no change to tell',
    run: () => {
      const talk = phases.Deleting()
      assert.equal(talk.tell(oomed()), 'SAVE')
      talk.answer('TD', deleted(3, 7))
      assert.deepEqual(talk.told().map(({ type, reason }) => [type, reason]), [['CONTAINER_STOPPED', 'OOMKilled']])
    },
  },
  {
    name: 'oom: during the handling, and its write fails: STOPPED has the reason all the same, and nothing is told twice',
    run: () => {
      const talk = conversation({ script: { KILL: ['hang'], SAVE: [durable, failed()] } })
      talk.tell(exited(3))
      assert.equal(talk.tell(oomed()), 'SAVE! BO(c,1)')
      talk.answer('KILL', gone)
      assert.equal(talk.finish(), '')
      assert.deepEqual(talk.told().map(({ type, reason }) => [type, reason]), [['CONTAINER_STOPPED', 'OOMKilled']])
    },
  },
  {
    name: 'oom: late, and its write fails: told when it succeeds, once',
    run: () => {
      const talk = phases.Exited()
      talk.next({ SAVE: [failed(), failed()] })
      assert.equal(talk.tell(oomed()), 'SAVE! BO(c,1)')
      assert.equal(talk.tell(oomed()), '')
      assert.equal(talk.finish(), 'SAVE! BO(c,2) SAVE EMIT(UPDATED,c,s)')
      assert.equal(talk.told().length, 2)
    },
  },
  {
    name: 'oom: late, while a leaked shim is still looked for: told at once',
    run: () => {
      const talk = phases['Announced (Waiting)']()
      assert.equal(talk.tell(oomed()), 'SAVE EMIT(UPDATED,c,s)')
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.finish(), 'LOAD CLEAN SAVE')
      assert.equal(talk.restart(), '')
      assert.match(talk.status(), /OOMKilled$/)
    },
  },
  {
    name: 'oom: of the pause container: the change is told under its own sandbox',
    run: () => {
      const talk = conversation({
        metadata: { sandboxId: undefined, kind: 'sandbox', ownPidNamespace: false },
        script: { MET: [counted(0)] },
      })
      talk.tell(exited(137))
      assert.equal(talk.tell(oomed()), 'SAVE EMIT(UPDATED,c,c)')
    },
  },
  {
    name: 'oom: containerd names no run, so it belongs to the newest',
    run: () => {
      const talk = phases['BackingOff (Delete)']()
      talk.tell(started(43))
      talk.tell(oomed())
      assert.equal(talk.status(), 'RUNNING 43 OOMKilled')
      talk.answer('TD', deleted(3, 7))
      assert.deepEqual(talk.told().map(({ reason }) => reason), ['Error'])
    },
  },
  {
    name: "oom: of a container that may be somebody else's nothing is written before that is known",
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: ['hang'] } })
      talk.tell(started())
      assert.doesNotMatch(talk.tell(oomed()), /SAVE/)
      talk.answer('ASK', found(metadata))
      assert.match(talk.finish(), /SAVE/)
      assert.equal(talk.status(), 'RUNNING 42 OOMKilled')
    },
  },
  {
    name: 'oom: after a restart of the shell with this state the write is made again',
    run: () => {
      const early = conversation({ script: { SAVE: ['hang'] } })
      early.tell(oomed())
      assert.equal(early.revive(), 'SAVE')
      const late = phases.Exited()
      late.next({ SAVE: ['hang'] })
      late.tell(oomed())
      assert.equal(late.revive(), 'GRACE(0)')
      assert.equal(late.finish(), 'SAVE EMIT(UPDATED,c,s)')
    },
  },
  {
    name: 'oom: its row says all that is known of the run: the newest row is the truth after a restart',
    run: () => {
      const talk = conversation({ policy: { nri: true }, script: { TD: [failed('Other', 'busy')], KILL: [gone] } })
      talk.tell(exited(3))
      talk.tell(oomed())
      const row = talk.rows().at(-1)
      assert.ok(row?._tag === 'RunRecord')
      const { exit, notified, attempts, lastError, standing, oomKilled } = row
      assert.deepEqual([exit?.code, notified, attempts, lastError, standing, oomKilled], [3, true, 1, 'busy', 'open', true])
      talk.finish()
      assert.equal(talk.tell(oomed()), '')
      const early = conversation()
      early.tell(oomed())
      const first = early.rows().at(-1)
      assert.ok(first?._tag === 'RunRecord')
      assert.deepEqual([first.exit, first.notified, first.standing], [undefined, false, 'open'])
      const late = phases.Exited()
      late.tell(oomed())
      const last = late.rows().findLast((one) => one._tag === 'RunRecord')
      assert.ok(last)
      assert.deepEqual([last.exit?.code, last.notified, last.standing], [3, true, 'closed'])
    },
  },
  {
    name: 'oom: the change of reason has the attempts that STOPPED had',
    run: () => {
      const talk = conversation({ script: { TD: [failed()] } })
      talk.tell(exited(3))
      talk.finish()
      talk.tell(oomed())
      assert.deepEqual(talk.told().map(({ attempts }) => attempts), [2, 2])
    },
  },
]
