/** core/container/notifying.ts: NRI plugins are told, once a run, and whatever they answer the handling goes on. */
import assert from 'node:assert/strict'
import { conversation } from '../../../support/conversation.ts'
import { exited } from '../../../support/facts.ts'
import { delivered, failed, notFound, running, stopped } from '../../../support/outcomes.ts'
import { move } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const rest = 'KILL TD SAVE STOP EMIT(STOPPED,c,s)'

export const cases: ReadonlyArray<Vector> = [
  move('notifying: delivered', 'Notifying', (talk) => talk.answer('NRI', delivered), rest, 'Exited'),
  move('notifying: nobody listens', 'Notifying', (talk) => talk.answer('NRI', { _tag: 'NoneListening' }), rest, 'Exited'),
  move('notifying: a failure blocks nothing', 'Notifying', (talk) => talk.answer('NRI', failed('TimedOut')), rest, 'Exited'),
  {
    name: 'notifying: plugins that take longer than two seconds make the look before them old: the task is looked at again',
    run: () => {
      const talk = conversation({ policy: { nri: true }, script: { NRI: ['hang'], LOAD: [stopped(3, 7)] } })
      talk.tell(exited(3))
      talk.pass(2_001)
      assert.equal(talk.answer('NRI', delivered), `LOAD ${rest}`)
    },
  },
  {
    name: 'notifying: plugins that take the whole attempt have been told all the same: the next one does not tell them again',
    run: () => {
      const talk = conversation({ policy: { nri: true }, script: { NRI: ['hang'] } })
      talk.tell(exited(3))
      assert.equal(talk.pass(10_000), 'BO(c,1) SAVE')
      assert.deepEqual(talk.rows().flatMap((row) => (row._tag === 'RunRecord' ? [row.notified] : [])), [false, true])
      assert.equal(talk.wake(), `LOAD ${rest}`)
    },
  },
  {
    name: "notifying: told on every path: also of a run whose task is gone, or somebody else's by now",
    run: () => {
      const gone = conversation({ policy: { nri: true }, script: { LOAD: [notFound] } })
      assert.equal(gone.tell(exited(3, { pid: 0 })), 'SAVE LOAD NRI CLEAN SAVE STOP EMIT(STOPPED,c,s)')
      const other = conversation({ policy: { nri: true }, script: { LOAD: [running(43)] } })
      assert.equal(other.tell(exited(3, { pid: 0 })), 'SAVE LOAD NRI SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'notifying: a crash between the telling and the write that marks it makes it repeat, one after that does not',
    run: () => {
      const talk = conversation({ policy: { nri: true }, script: { TD: [failed()] } })
      talk.tell(exited(3))
      talk.restart()
      assert.equal(talk.wake(), `LOAD ${rest}`)
      const early = conversation({ policy: { nri: true }, script: { NRI: ['hang'] } })
      early.tell(exited(3))
      early.restart()
      assert.equal(early.wake(), `LOAD NRI ${rest}`)
    },
  },
]
