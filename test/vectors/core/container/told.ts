/** core/container/told.ts: what a Wait's result and an event say of an exit, and whose. */
import assert from 'node:assert/strict'
import { told } from '../../../../core/container/told.ts'
import { millis, nanos } from '../../../../core/ids.ts'
import { conversation } from '../../../support/conversation.ts'
import { exited, started, taskCreated } from '../../../support/facts.ts'
import { created, deleted, notFound, stopped, waited } from '../../../support/outcomes.ts'
import type { Vector } from '../../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'told: an exit has the time that containerd gave, else the time of its receipt',
    run: () => {
      const at = millis(5)
      assert.deepEqual(told({ code: 3, exitedAt: nanos(7n), at }, 'observed'), { code: 3, at: 7n, rank: 'observed' })
      assert.deepEqual(told({ code: 3, exitedAt: undefined, at }, 'synthesised'), { code: 3, at: 5_000_000n, rank: 'synthesised' })
    },
  },
  {
    name: 'told: a Wait that was bound to our pid is an observation, and needs no look',
    run: () => assert.equal(conversation().answer('WATCH', waited(3, 7)), 'SAVE KILL TD SAVE STOP EMIT(STOPPED,c,s)'),
  },
  {
    name: 'told: a Wait that was bound to no pid counts for the run that opened it, after a look',
    run: () => {
      const talk = conversation({ script: { LOAD: [stopped(3, 7)], TD: [deleted(3, 7)] } })
      assert.equal(talk.answer('WATCH', waited(3, 7, 0)), 'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 3 @7 Error')
    },
  },
  {
    name: 'told: the Wait and the event tell the same exit: once',
    run: () => {
      const talk = conversation()
      talk.tell(exited(3))
      assert.equal(talk.answer('WATCH', waited(3, 7)), '')
      const other = conversation()
      other.answer('WATCH', waited(3, 7))
      assert.equal(other.tell(exited(3)), '')
    },
  },
  {
    name: 'told: a Wait bound to no pid whose run is over says nothing of the next',
    run: () => {
      const talk = conversation()
      talk.tell(exited(3))
      assert.equal(talk.answer('WATCH', waited(0, 9, 0)), '')
      assert.equal(talk.status(), 'EXITED 3 @7 Error')
    },
  },
  {
    name: 'told: an exit with pid 0 is what containerd made up for a dead shim; it counts for the one open run',
    run: () => {
      const talk = conversation({ policy: { oomCheck: false }, script: { LOAD: [notFound] } })
      assert.equal(talk.tell(exited(137, { pid: 0 })), 'SAVE LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
      assert.deepEqual(talk.rows().flatMap((row) => (row._tag === 'RunRecord' ? [row.exit?.rank] : [])), ['synthesised', 'synthesised'])
    },
  },
  {
    name: 'told: of two runs that are watched, a Wait bound to no pid counts for the one that opened it',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang'] } })
      talk.tell(started(43))
      assert.equal(talk.phase(), 'Running, Running')
      talk.next({ SAVE: ['hang'] })
      talk.answer('WATCH', waited(4, 9, 0), 1)
      assert.match(talk.phase(), /^Running, Recorded/)
    },
  },
  {
    name: 'told: a Wait bound to no pid that tells the very end of a run that is over is late word of that',
    run: () => {
      const talk = conversation()
      talk.tell(exited(3))
      talk.tell(started(43))
      assert.equal(talk.phase(), 'Running')
      talk.next({ LOAD: ['hang'] })
      talk.answer('WATCH', waited(3, 7, 0), 1)
      assert.equal(talk.phase(), 'Running')
    },
  },
  {
    name: 'told: a look for one run shows the end of the next, of which nobody has told us: it is told by the way',
    run: () => {
      const talk = conversation({ script: { TD: [notFound], LOAD: [stopped(4, 9, 43), stopped(4, 9, 43), notFound], CLEAN: ['hang'] } })
      talk.tell(exited(3))
      assert.deepEqual(talk.told().map(({ run: { pid }, exitCode }) => [pid, exitCode]), [[42, 3], [43, 4]])
    },
  },
  {
    name: 'told: so does the answer to a look that has been made again since, and that nobody awaits',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang', created(43)] } })
      talk.tell(exited(3, { pid: 0 }))
      talk.tell(taskCreated(43))
      talk.answer('LOAD', stopped(4, 9, 43))
      talk.finish()
      assert.deepEqual(talk.told().map(({ run: { pid }, exitCode }) => [pid, exitCode]), [[42, 3], [43, 4]])
    },
  },
]
