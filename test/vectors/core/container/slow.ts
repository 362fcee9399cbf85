/** core/container/slow.ts: an attempt that takes its time goes on without a slot. */
import assert from 'node:assert/strict'
import { conversation } from '../../../support/conversation.ts'
import { exited, started } from '../../../support/facts.ts'
import { deleted } from '../../../support/outcomes.ts'
import type { Vector } from '../../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'slow: a Delete that hangs gives its slot up after half a second, not after its whole time; rule 7',
    run: () => {
      const talk = conversation({ policy: { maxHandlings: 1 }, script: { TD: ['hang'] } })
      talk.tell(started(7, 'd'))
      talk.tell(exited(0, { id: 'd', pid: 7 }))
      assert.equal(talk.tell(exited(3)), 'SAVE')
      assert.equal(talk.pass(499), '')
      assert.equal(talk.phase(), 'Recorded (slot)')
      assert.equal(talk.pass(1), 'KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.answer('TD', deleted(0)), 'SAVE(d) STOP(d) EMIT(STOPPED,d,s)')
    },
  },
  {
    name: 'slow: the attempt ends when its whole time is over, and the next one has a slot again',
    run: () => {
      const talk = conversation({ script: { TD: ['hang'] } })
      assert.equal(talk.tell(exited(3)), 'SAVE KILL TD')
      assert.equal(talk.pass(9_999), '')
      assert.equal(talk.state().slots.inFlight, 0)
      assert.equal(talk.phase(), 'Deleting')
      assert.equal(talk.pass(1), 'BO(c,1) SAVE')
      assert.equal(talk.phase(), 'BackingOff (Delete)')
    },
  },
  {
    name: 'slow: where an attempt has less time than that, it holds its slot to the end',
    run: () => {
      const talk = conversation({ policy: { handlingTimeoutMs: 400 }, script: { TD: ['hang'] } })
      assert.equal(talk.tell(exited(3)), 'SAVE KILL TD')
      assert.equal(talk.pass(399), '')
      assert.equal(talk.state().slots.inFlight, 1)
      assert.equal(talk.pass(1), 'BO(c,1) SAVE')
    },
  },
]
