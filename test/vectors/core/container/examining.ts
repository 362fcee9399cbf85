/** core/container/examining.ts: exited with 137; was it the OOM killer? */
import assert from 'node:assert/strict'
import { exited, oomed, taskDeleted } from '../../../support/facts.ts'
import { conversation } from '../../../support/conversation.ts'
import { counted, failed, notFound } from '../../../support/outcomes.ts'
import { move } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const rest = 'SAVE KILL TD SAVE STOP EMIT(STOPPED,c,s)'

export const cases: ReadonlyArray<Vector> = [
  move('examining: kills were counted', 'Examining', (talk) => talk.answer('MET', counted(1)), rest, 'Exited'),
  move('examining: none were', 'Examining', (talk) => talk.answer('MET', counted(0)), rest, 'Exited'),
  move('examining: no answer is no reason to wait', 'Examining', (talk) => talk.answer('MET', failed('TimedOut')), rest, 'Exited'),
  {
    name: 'examining: the exit is not shown, and nothing is written or touched, before the answer; the count makes the reason',
    run: () => {
      const talk = conversation({ script: { MET: ['hang'] } })
      assert.equal(talk.tell(exited(137)), 'MET')
      assert.equal(talk.status(), 'RUNNING 42')
      assert.deepEqual(talk.rows(), [])
      talk.answer('MET', counted(3))
      assert.equal(talk.status(), 'EXITED 137 @7 OOMKilled')
      assert.deepEqual(talk.rows().flatMap((row) => (row._tag === 'RunRecord' ? [row.oomKilled] : [])), [true, true])
    },
  },
  {
    name: 'examining: an OOM kill that is told meanwhile is written down by itself, and the answer adds nothing',
    run: () => {
      const talk = conversation({ script: { MET: ['hang'] } })
      talk.tell(exited(137))
      assert.equal(talk.tell(oomed()), 'SAVE')
      assert.equal(talk.answer('MET', counted(0)), rest)
      assert.equal(talk.status(), 'EXITED 137 @7 OOMKilled')
    },
  },
  {
    name: 'examining: somebody deletes the task meanwhile: what was seen of it does not hold any more, so it is looked for again',
    run: () => {
      const talk = conversation({ script: { MET: ['hang'], LOAD: [notFound] } })
      talk.tell(exited(137))
      assert.equal(talk.tell(taskDeleted(137)), '')
      assert.equal(talk.answer('MET', failed('Other')), 'SAVE LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'examining: better word of the exit that comes meanwhile is what is recorded',
    run: () => {
      const talk = conversation({ script: { MET: ['hang'] } })
      assert.equal(talk.tell(exited(137, { pid: 0 })), 'MET')
      assert.equal(talk.tell(exited(3, { ns: 9 })), '')
      assert.match(talk.answer('MET', counted(0)), /^SAVE LOAD /)
      assert.equal(talk.status(), 'EXITED 3 @9 Error')
    },
  },
]
