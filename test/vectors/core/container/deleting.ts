/** core/container/deleting.ts: the one Delete of the run is in flight. */
import assert from 'node:assert/strict'
import { conversation } from '../../../support/conversation.ts'
import { exited, taskCreated, taskDeleted } from '../../../support/facts.ts'
import { deleted, failed, notFound, running, stopped, unclear } from '../../../support/outcomes.ts'
import { move, phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const end = 'SAVE STOP EMIT(STOPPED,c,s)'

export const cases: ReadonlyArray<Vector> = [
  move('deleting: deleted', 'Deleting', (talk) => talk.answer('TD', deleted(3, 7)), end, 'Exited'),
  move('deleting: failed: put off', 'Deleting', (talk) => talk.answer('TD', failed()), 'BO(c,1) SAVE', 'BackingOff'),
  {
    name: "deleting: what the Delete says of the exit is as good as a Wait's word, and better than what containerd made up",
    run: () => {
      const talk = conversation({ script: { LOAD: [notFound, stopped(3, 9)], CLEAN: [failed('ShimClosed')], TD: [deleted(4, 11)] } })
      talk.tell(exited(137, { pid: 0 }))
      assert.equal(talk.status(), 'EXITED 3 @9 Error')
    },
  },
  {
    name: 'deleting: a Delete that gives no time: now',
    run: () => {
      const talk = conversation({ script: { LOAD: [notFound], CLEAN: ['hang'] } })
      talk.tell(exited(137, { pid: 0 }))
      assert.equal(talk.phase(), 'Cleaning')
      const other = phases.Deleting()
      assert.equal(other.answer('TD', deleted(3)), end)
      assert.equal(other.status(), 'EXITED 3 @7 Error')
    },
  },
  {
    name: 'deleting: not found twice in one attempt: put off, instead of for ever round',
    run: () => {
      const talk = conversation({ script: { TD: [notFound, notFound], LOAD: [stopped(3, 7), stopped(3, 7)] } })
      assert.equal(talk.tell(exited(3)), 'SAVE KILL TD LOAD TD BO(c,1) SAVE')
      talk.next({ TD: [notFound, deleted(3, 7)], LOAD: [stopped(3, 7)] })
      assert.equal(talk.wake(), 'LOAD TD LOAD TD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'deleting: not found, and then the task of another pid: ours is gone, theirs is left alone',
    run: () => {
      const talk = conversation({ script: { TD: [notFound], LOAD: [running(43)] } })
      assert.equal(talk.tell(exited(3)), 'SAVE KILL TD LOAD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'deleting: our own delete is told as an event before its answer: nothing new',
    run: () => {
      const talk = phases.Deleting()
      assert.equal(talk.tell(taskDeleted(3)), '')
      assert.equal(talk.answer('TD', deleted(3, 7)), end)
      assert.equal(talk.tell(taskDeleted(3)), '')
    },
  },
  {
    name: 'deleting: a sign of another task while the Delete is in flight does not make it less done',
    run: () => {
      const talk = phases.Deleting()
      assert.equal(talk.tell(taskCreated(43)), '')
      assert.equal(talk.answer('TD', deleted(3, 7)), end)
    },
  },
  {
    name: 'deleting: after a restart of the shell with this state, the task is asked for under the call of the Delete: pid 0 means wait',
    run: () => {
      const talk = phases.Deleting()
      talk.next({ LOAD: [unclear, stopped(3, 7)] })
      assert.equal(talk.revive(), 'LOAD BO(c,1) SAVE')
      assert.equal(talk.wake(), 'LOAD TD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
]
