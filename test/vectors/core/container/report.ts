/** core/container/report.ts: which run is a report about, and what does it mean for the others? Rule 4 begins here. */
import assert from 'node:assert/strict'
import type { ReaperEvent } from '../../../../core/event.ts'
import type { TaskView } from '../../../../core/answer.ts'
import { conversation, metadata } from '../../../support/conversation.ts'
import { exited, listing, started, taskCreated, taskDeleted } from '../../../support/facts.ts'
import { created, deleted, durable, failed, notFound, running, stopped, unclear, waited } from '../../../support/outcomes.ts'
import type { Vector } from '../../../support/property.ts'

const seen = (task: TaskView): ReaperEvent => listing({ containers: { c: metadata }, tasks: { c: task } })

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'report: rule 4: a listing that is older than the start of the next run does not get that one killed',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang', running(43)] } })
      assert.equal(talk.tell(started(43)), 'LOAD WATCH')
      assert.equal(talk.tell(seen(stopped(0, 7))), 'SAVE LOAD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.answer('LOAD', running(43)), '')
      assert.equal(talk.phase(), 'Running')
      assert.equal(talk.status(), 'RUNNING 43')
    },
  },
  {
    name: 'report: rule 4: STOPPED in a listing is looked at again before anything is killed, for the listing may be old',
    run: () => {
      const talk = conversation({ script: { LOAD: [running(43)] } })
      assert.equal(talk.tell(seen(stopped(0, 7))), 'SAVE LOAD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'report: rule 4: an exit that is told late, when the next run has started, does not get that one killed',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang'], SAVE: ['hang'] } })
      assert.equal(talk.tell(started(43)), 'LOAD WATCH')
      assert.equal(talk.tell(exited(0)), 'SAVE...')
      assert.equal(talk.answer('LOAD', running(43)), '')
      assert.equal(talk.answer('SAVE', durable), 'LOAD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'RUNNING 43')
    },
  },
  {
    name: 'report: rule 4: the same while the next task is only created',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang', created(43)], SAVE: ['hang'] } })
      assert.equal(talk.tell(taskCreated(43)), 'LOAD')
      assert.equal(talk.tell(exited(0)), 'SAVE...')
      assert.equal(talk.answer('LOAD', created(43)), '')
      assert.equal(talk.answer('SAVE', durable), 'LOAD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'report: rule 4: a look that was under way when the next task appeared is made again',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang', 'hang'] } })
      talk.tell(listing({ containers: { c: metadata } }))
      assert.equal(talk.open(), 'WATCH LOAD')
      assert.equal(talk.tell(taskCreated(43)), 'LOAD')
      assert.equal(talk.answer('LOAD', stopped(0, 7)), '')
      assert.equal(talk.answer('LOAD', created(43)), 'SAVE GRACE(7)')
    },
  },
]
