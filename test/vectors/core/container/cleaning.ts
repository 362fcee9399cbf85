/** core/container/cleaning.ts: the task is not there, but its shim may be. */
import assert from 'node:assert/strict'
import { containerKey, millis } from '../../../../core/ids.ts'
import { type Conversation, conversation, metadata } from '../../../support/conversation.ts'
import { exited, recordChanged, recordDeleted, started, taskCreated } from '../../../support/facts.ts'
import { cleanedUp, created, failed, found, notFound, running, stopped } from '../../../support/outcomes.ts'
import { move, phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const end = 'SAVE STOP EMIT(STOPPED,c,s)'

/** Deleted by its client, record and all, and used again at once: the exit has been announced, the new record is there, its task is not yet. */
const usedAgain = (): Conversation => {
  const talk = conversation({ script: { TD: [notFound], LOAD: ['hang', notFound], ASK: [found(metadata)] } })
  talk.tell(exited(3))
  talk.pass(1)
  talk.tell(recordDeleted(), recordChanged())
  assert.equal(talk.answer('LOAD', notFound), `${end} LOAD BO(c,1)`)
  return talk
}

export const cases: ReadonlyArray<Vector> = [
  move('cleaning: a leaked shim was shut down', 'Cleaning', (talk) => talk.answer('CLEAN', cleanedUp), end, 'Exited'),
  move('cleaning: not found, the normal answer', 'Cleaning', (talk) => talk.answer('CLEAN', notFound), end, 'Exited'),
  move('cleaning: failed: put off', 'Cleaning', (talk) => talk.answer('CLEAN', failed()), 'BO(c,1) SAVE', 'BackingOff'),
  {
    name: 'cleaning: the shim was lost during the call: looked at again at once; lost twice: put off',
    run: () => {
      const talk = conversation({ script: { LOAD: [notFound, notFound], CLEAN: [failed('ShimClosed'), failed('ShimClosed')] } })
      assert.equal(talk.tell(exited(3, { pid: 0 })), 'SAVE LOAD CLEAN LOAD CLEAN BO(c,1) SAVE')
    },
  },
  {
    name: 'cleaning: a Get goes before every clean-up: a task of another pid, or one that is only created, is left alone',
    run: () => {
      for (const outcome of [running(43), stopped(0, 9, 43), created(43)]) {
        const talk = conversation({ script: { LOAD: [notFound, outcome], CLEAN: [failed()] } })
        talk.tell(exited(3, { pid: 0 }))
        // One that is STOPPED is the end of a run of its own, which looks for itself.
        assert.equal(talk.wake(), outcome._tag === 'Stopped' ? `LOAD ${end} SAVE LOAD ${end}` : `LOAD ${end}`)
      }
    },
  },
  {
    name: 'cleaning: takes the whole attempt: left in flight, and its answer ends the back-off',
    run: () => {
      const talk = phases.Cleaning()
      assert.equal(talk.pass(10_000), 'BO(c,1) SAVE')
      assert.equal(talk.answer('CLEAN', notFound), end)
      assert.equal(talk.finish(), '')
    },
  },
  {
    name: 'cleaning: after a restart of the shell with this state, the task is asked for under the call of the clean-up',
    run: () => {
      const talk = phases.Cleaning()
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.revive(), `LOAD CLEAN ${end}`)
    },
  },
  {
    name:
      'cleaning: the record was deleted and made anew during the look: a task is about to come, so STOPPED goes out and no call is made',
    run: () => {
      const talk = usedAgain()
      // It is looked for again, and the next run's task is there.
      talk.next({ LOAD: [created(43)] })
      assert.equal(talk.wake(), 'LOAD SAVE')
      assert.equal(talk.phase(), 'Exited')
    },
  },
  {
    name: 'cleaning: the record was made anew, and no task comes: cleaned up after a while',
    run: () => {
      const talk = usedAgain()
      talk.next({ LOAD: [notFound, notFound, notFound] })
      assert.deepEqual([talk.wake(), talk.wake()], ['LOAD BO(c,2)', 'LOAD CLEAN SAVE'])
      assert.equal(talk.phase(), 'Exited')
    },
  },
  {
    name: 'cleaning: the record was made anew, and the task comes during the next look: looked at again, and left alone',
    run: () => {
      const talk = usedAgain()
      talk.next({ LOAD: ['hang', created(43)] })
      assert.equal(talk.wake(), 'LOAD')
      assert.equal(talk.tell(taskCreated(43)), 'LOAD SAVE')
      assert.equal(talk.phase(), 'Exited')
    },
  },
  {
    name: 'cleaning: of a run of a record that was just made: before STOPPED as ever, upon which its client may delete the record',
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: [found(metadata)], TD: [notFound], LOAD: [notFound] } })
      talk.tell(recordChanged(), started())
      assert.equal(talk.tell(exited(3)), `SAVE KILL TD LOAD CLEAN ${end}`)
    },
  },
  {
    name:
      'cleaning: not asked for when the record is deleted: containerd would look for no shim, and an id that is used again is another run',
    run: () => {
      const talk = conversation({ script: { LOAD: [notFound] } })
      talk.tell(recordDeleted())
      assert.equal(talk.tell(exited(3, { pid: 0 })), `SAVE LOAD ${end}`)
    },
  },
  {
    name: 'a task that is deleted without ever having been started has not exited',
    run: () => {
      const talk = conversation()
      assert.equal(
        talk.tell({ _tag: 'TaskDeleted', container: containerKey('ns', 'c'), pid: 43, code: 137, exitedAt: undefined, at: millis(0) }),
        '',
      )
      assert.equal(talk.phase('c'), 'Running')
    },
  },
]
