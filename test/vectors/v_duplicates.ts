/** V35 to V42, and V5: exits that come twice, late, or for a container in an odd state. The best exit wins, once. */
import assert from 'node:assert/strict'
import { millis, nanos } from '../../core/ids.ts'
import type { RunRecord } from '../../core/record.ts'
import { conversation, metadata } from '../support/conversation.ts'
import { exited, listing, oomed, started, taskCreated } from '../support/facts.ts'
import { rowVector } from '../support/first_attempt.ts'
import { deleted, failed, notFound, stopped, unclear, waited } from '../support/outcomes.ts'
import type { Vector } from '../support/property.ts'

const happy = 'SAVE KILL TD SAVE STOP EMIT(STOPPED,c,s)'

/** What is on disk of a run whose end was only inferred, as a status file that cannot be read is taken to say. */
const unreadable: RunRecord = {
  _tag: 'RunRecord',
  run: { namespace: 'ns', id: 'c', pid: 42, generation: 1 },
  metadata,
  exit: { code: 255, at: nanos(0n), rank: 'inferred' },
  oomKilled: false,
  notified: false,
  attempts: 0,
  lastError: undefined,
  standing: 'open',
  at: millis(0),
}

export const cases: ReadonlyArray<Vector> = [
  rowVector({
    name: 'V5 H: exit 137 of a run that is known to have been killed for memory: the metrics are not asked',
    tell: [oomed(), exited(137)],
    said: `SAVE ${happy}`,
    status: 'EXITED 137 @7 OOMKilled',
    told: 'STOPPED 137 OOMKilled',
  }),
  {
    name: 'V35 D: the same exit again: no write, no call, no second STOPPED (upstream: all of them)',
    run: () => {
      const talk = conversation()
      assert.equal(talk.tell(exited(0)), happy)
      assert.equal(talk.tell(exited(0)), '')
      assert.equal(talk.tell(exited(0, { pid: 0 })), '')
      assert.equal(talk.finish(), '')
      assert.equal(talk.status(), 'EXITED 0 @7 Completed')
      assert.equal(talk.told().length, 1)
    },
  },
  {
    name: 'V36 D: another exit of the same run, later and with another code: the first wins, and nothing is written',
    run: () => {
      const talk = conversation()
      talk.tell(exited(0))
      assert.equal(talk.tell(exited(137, { ns: 9 })), '')
      assert.equal(talk.status(), 'EXITED 0 @7 Completed')
    },
  },
  {
    name: 'V36 D: the same while the first is being handled',
    run: () => {
      const talk = conversation({ script: { SAVE: ['hang'] } })
      assert.equal(talk.tell(exited(0), exited(3, { ns: 9 })), 'SAVE...')
      assert.equal(talk.answer('SAVE', { _tag: 'Durable' }), 'KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 0 @7 Completed')
    },
  },
  {
    name: 'V37 U: an exit of a container whose state nobody could tell: EXITED; its task is looked at first',
    run: () => {
      const talk = conversation({ from: 'known', script: { LOAD: [stopped(3, 7)], TD: [deleted(3, 7)] } })
      assert.equal(talk.tell(listing({ containers: { c: metadata }, tasks: { c: unclear } })), '')
      assert.equal(talk.status(), 'ABSENT')
      assert.equal(talk.tell(exited(3)), 'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 3 @7 Error')
    },
  },
  {
    name:
      'V39 D: an unreadable status says 255 and Unknown; the exit that is then observed replaces it, reason and all (upstream: keeps Unknown)',
    run: () => {
      const talk = conversation({ from: [unreadable], script: { LOAD: [notFound] } })
      talk.restart()
      assert.equal(talk.status(), 'EXITED 255 @0 Unknown')
      assert.equal(talk.pass(0), 'GRACE(7)')
      assert.equal(talk.tell(exited(0)), 'SAVE LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 0 @7 Completed')
    },
  },
  {
    name: 'V40 U: an exit of a task that was only created: EXITED, and a start that is told afterwards does not bring it back',
    run: () => {
      const talk = conversation({ from: 'known' })
      assert.equal(talk.tell(taskCreated(42)), '')
      talk.next({ LOAD: [stopped(0, 7)], TD: [deleted(0, 7)] })
      assert.equal(talk.tell(exited(0)), 'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.tell(started()), 'LOAD')
      assert.equal(talk.status(), 'EXITED 0 @7 Completed')
    },
  },
  {
    name: 'V42 D: the exit is recorded; a failed start (128) that is reported afterwards does not overwrite it (upstream: it does)',
    run: () => {
      const talk = conversation()
      talk.tell(exited(3))
      assert.equal(talk.tell(exited(128, { ns: 9 })), '')
      assert.equal(talk.status(), 'EXITED 3 @7 Error')
    },
  },
  {
    name: 'V10 D: a Wait that fails is no exit; it is opened again (upstream: 255)',
    run: () => {
      const talk = conversation()
      assert.equal(talk.answer('WATCH', failed('Other')), 'BO(c,1)')
      assert.equal(talk.status(), 'RUNNING 42')
      assert.equal(talk.wake(), 'WATCH')
      assert.equal(talk.answer('WATCH', waited(3, 7)), happy)
      assert.equal(talk.status(), 'EXITED 3 @7 Error')
    },
  },
  {
    name: 'V11 D: a Wait that ends without a value is a failed Wait, and no exit',
    run: () => {
      const talk = conversation()
      assert.equal(talk.answer('WATCH', failed('Other', 'stream ended without an answer')), 'BO(c,1)')
      assert.equal(talk.status(), 'RUNNING 42')
    },
  },
  {
    name:
      'rule 11: when containerd dies every Wait fails; nothing has exited, and the listing after the reconnection opens the Waits again',
    run: () => {
      const talk = conversation()
      assert.equal(talk.answer('WATCH', failed('Disconnected')), 'BO(c,1)')
      assert.equal(talk.status(), 'RUNNING 42')
      assert.equal(talk.tell(running), 'WATCH')
      assert.equal(talk.status(), 'RUNNING 42')
    },
  },
  {
    name: 'rule 3: after a reconnection a Wait is opened again without waiting for a listing, which a shim that stands still can hold up',
    run: () => {
      const talk = conversation()
      assert.equal(talk.answer('WATCH', failed('Disconnected')), 'BO(c,1)')
      assert.equal(talk.wake(), 'WATCH')
      assert.equal(talk.answer('WATCH', failed('Disconnected')), 'BO(c,2)', 'as long as containerd is away, more and more rarely')
      assert.equal(talk.wake(), 'WATCH')
      talk.next({ LOAD: [stopped(3, 7)] })
      assert.equal(talk.answer('WATCH', waited(3, 7)), 'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 3 @7 Error')
    },
  },
  {
    name: 'a listing that tells of a run forgets how often its Wait has failed, with the Wait open and without',
    run: () => {
      const talk = conversation()
      assert.equal(talk.answer('WATCH', failed('Disconnected')), 'BO(c,1)')
      assert.equal(talk.wake(), 'WATCH')
      assert.equal(talk.tell(running), '')
      assert.equal(talk.answer('WATCH', failed('Disconnected')), 'BO(c,1)')
      assert.equal(talk.tell(running), 'WATCH')
      assert.equal(talk.answer('WATCH', failed('Disconnected')), 'BO(c,1)')
    },
  },
]

const running = listing({ containers: { c: metadata }, tasks: { c: { _tag: 'Running', pid: 42 } } })
