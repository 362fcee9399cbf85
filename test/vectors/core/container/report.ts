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
      const talk = conversation({ script: { LOAD: ['hang', running(43), running(43)] } })
      assert.equal(talk.tell(started(43)), 'LOAD WATCH')
      assert.equal(talk.tell(seen(stopped(0, 7))), 'SAVE LOAD SAVE STOP EMIT(STOPPED,c,s) LOAD')
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
  {
    name: 'report: rule 4: a look that finds another task warns the handling that has begun',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang', running(43)], SAVE: ['hang'] } })
      talk.tell(listing({ containers: { c: metadata } }))
      assert.equal(talk.tell(exited(0)), 'SAVE...')
      assert.equal(talk.answer('LOAD', running(43)), 'WATCH')
      assert.equal(talk.answer('SAVE', durable), 'LOAD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'RUNNING 43')
    },
  },
  {
    name: 'report: rule 4: an exit that is told long after it happened says nothing of what is there now',
    run: () => {
      const talk = conversation({ script: { LOAD: [running(43)] } })
      talk.pass(3_000)
      assert.equal(talk.tell(exited(0)), 'SAVE LOAD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'report: rule 3: an exit without a pid belongs to the one open run; with two, nobody can tell whose it is',
    run: () => {
      const one = conversation({ script: { LOAD: [notFound] } })
      assert.match(one.tell(exited(137, { pid: 0 })), /EMIT/)
      const two = conversation({ script: { LOAD: ['hang'] } })
      two.tell(started(43))
      assert.equal(two.phase(), 'Running, Running')
      assert.equal(two.tell(exited(137, { pid: 0 })), '')
      const none = conversation({ from: 'known' })
      assert.equal(none.tell(exited(137, { pid: 0 })), '')
    },
  },
  {
    name: 'report: rule 3: an exit without a pid, of a run in handling, is known already',
    run: () => {
      const talk = conversation({ script: { TD: ['hang'] } })
      talk.tell(exited(3))
      assert.equal(talk.tell(exited(0, { pid: 0 })), '')
      talk.answer('TD', deleted(3, 7))
      assert.equal(talk.status(), 'EXITED 3 @7 Error')
    },
  },
  {
    name: 'report: a start under another pid: the run before it is asked about, and gone for certain only by the answer',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang'] } })
      assert.equal(talk.tell(started(43)), 'LOAD WATCH')
      assert.equal(talk.phase(), 'Running, Running')
      assert.equal(talk.answer('LOAD', running(43)), 'SAVE GRACE(7)')
      assert.equal(talk.phase(), 'Recorded (grace), Running')
      talk.next({ LOAD: [running(43)] })
      assert.equal(talk.finish(), 'LOAD SAVE STOP EMIT(STOPPED,c,s)')
      assert.deepEqual(talk.told().map(({ run: { pid }, reason }) => [pid, reason]), [[42, 'Unknown']])
      assert.equal(talk.status(), 'RUNNING 43')
    },
  },
  {
    name: 'report: the true code of a run that was only found gone comes with the exit that its shim publishes again',
    run: () => {
      const talk = conversation({ script: { LOAD: [running(43), running(43)] } })
      talk.tell(listing({ containers: { c: metadata }, tasks: { c: running(43) } }))
      assert.equal(talk.phase(), 'Recorded (grace), Running')
      assert.equal(talk.tell(exited(3)), 'SAVE LOAD SAVE STOP EMIT(STOPPED,c,s)')
      assert.deepEqual(talk.told().map(({ exitCode, run: { pid } }) => [pid, exitCode]), [[42, 3]])
    },
  },
  {
    name: 'report: a listing says NotFound, Unclear or Created of a running task: asked, or nothing',
    run: () => {
      for (const [task, said] of [[unclear, ''], [created(), ''], [created(43), 'LOAD']] as const) {
        const talk = conversation({ script: { LOAD: ['hang'] } })
        assert.equal(talk.tell(seen(task)), said)
        assert.equal(talk.phase(), 'Running')
      }
    },
  },
  {
    name: 'report: a task of another pid is STOPPED: an exit of a run nobody has seen alive, and the end of the one before it',
    run: () => {
      const talk = conversation({ script: { LOAD: [stopped(4, 9, 43), stopped(4, 9, 43), stopped(4, 9, 43)], TD: [deleted(4, 9)] } })
      talk.tell(seen(stopped(4, 9, 43)))
      talk.finish()
      assert.deepEqual(talk.told().map(({ run: { pid, generation }, exitCode, reason }) => [generation, pid, exitCode, reason]), [
        [1, 42, 255, 'Unknown'],
        [2, 43, 4, 'Error'],
      ])
    },
  },
  {
    name: 'report: a question that is answered by nobody leaves everything as it is, and is asked again',
    run: () => {
      for (const outcome of [failed('Disconnected'), unclear]) {
        const talk = conversation({ script: { LOAD: [outcome, running()] } })
        talk.tell(listing({ containers: { c: metadata } }))
        assert.equal(talk.phase(), 'Running')
        assert.equal(talk.wake(), 'LOAD')
        assert.equal(talk.phase(), 'Running')
      }
    },
  },
  {
    name: 'report: a delete by others of a run that is believed to be alive, told before its exit: one STOPPED, with the true code',
    run: () => {
      const talk = conversation({ script: { LOAD: [notFound] } })
      assert.equal(talk.tell(taskDeleted(3)), 'SAVE LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.tell(exited(3)), '')
      assert.equal(talk.answer('WATCH', waited(3, 7)), '')
      assert.equal(talk.told().length, 1)
    },
  },
  {
    name: 'report: a late report of a run that is over, with another time than was announced: still that run',
    run: () => {
      const talk = conversation()
      talk.tell(exited(3))
      talk.tell(started(43))
      assert.equal(talk.phase(), 'Running')
      assert.equal(talk.tell(exited(4, { ns: 99 })), '')
      assert.equal(talk.phase(), 'Running')
    },
  },
  {
    name: 'report: STOPPED without a time, found by a question of ours: now',
    run: () => {
      const talk = conversation({ script: { LOAD: [stopped(3)], TD: [deleted(3)] } })
      assert.equal(talk.tell(listing({ containers: { c: metadata } })), 'LOAD SAVE KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 3 @1000000000 Error')
    },
  },
  {
    name: 'report: rule 4: an exit by pid while it is being asked what is there: looked at, even if the disk is faster than the answer',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang', created(43), created(43)] } })
      assert.equal(talk.tell(taskCreated(43)), 'LOAD')
      assert.match(talk.tell(exited(0)), /^SAVE LOAD SAVE STOP EMIT\(STOPPED,c,s\)/)
    },
  },
  {
    name: 'report: a start of the very run whose exit is handled, told late, is no sign of another',
    run: () => {
      const talk = conversation({ script: { KILL: ['hang'] } })
      talk.tell(exited(3))
      assert.equal(talk.tell(taskCreated(42), started(42)), '')
      talk.next({ TD: [deleted(3, 7)] })
      assert.equal(talk.answer('KILL', { _tag: 'Gone' }), 'TD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
]
