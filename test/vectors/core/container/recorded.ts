/** core/container/recorded.ts: the exit is known and its handling waits: for the record, the disk, others, an older run, or a slot. */
import assert from 'node:assert/strict'
import { conversation, metadata } from '../../../support/conversation.ts'
import { exited, listing, started, taskDeleted } from '../../../support/facts.ts'
import { deleted, durable, failed, found, notFound, notOurs, running, stopped, waited } from '../../../support/outcomes.ts'
import { move, twoRuns } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const rest = 'KILL TD SAVE STOP EMIT(STOPPED,c,s)'
const looked = 'SAVE LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)'

export const cases: ReadonlyArray<Vector> = [
  move('recorded (metadata): it is ours', 'Recorded (metadata)', (talk) => talk.answer('ASK', found(metadata)), looked, 'Exited'),
  move("recorded (metadata): it is somebody else's: forgotten", 'Recorded (metadata)', (talk) => talk.answer('ASK', notOurs), '', ''),
  move('recorded (metadata): it is gone: forgotten', 'Recorded (metadata)', (talk) => talk.answer('ASK', notFound), '', ''),
  move(
    'recorded (metadata): nobody answers: asked again',
    'Recorded (metadata)',
    (talk) => talk.answer('ASK', failed()),
    'BO(c,1)',
    'Recorded (metadata)',
  ),
  move(
    'recorded (metadata): a listing answers as well',
    'Recorded (metadata)',
    (talk) => talk.tell(listing({ containers: { c: metadata } })),
    looked,
    'Exited',
  ),
  {
    name: 'recorded (metadata): 137 is looked into once it is known whose it is',
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: ['hang'] } })
      talk.tell(exited(137))
      assert.equal(talk.answer('ASK', found(metadata)), `MET ${looked}`)
    },
  },
  move('recorded (disk): written: on it goes', 'Recorded (disk)', (talk) => talk.answer('SAVE', durable), rest, 'Exited'),
  move(
    'recorded (disk): not written: tried again, nothing touched',
    'Recorded (disk)',
    (talk) => talk.answer('SAVE', failed()),
    'BO(c,1)',
    'BackingOff',
  ),
  {
    name: 'recorded (disk): better word of the exit is written anew, and the first write is not enough',
    run: () => {
      const talk = conversation({ script: { SAVE: ['hang', 'hang'] } })
      assert.equal(talk.tell(exited(137, { pid: 0 })), 'MET SAVE...')
      assert.equal(talk.tell(exited(3, { ns: 9 })), 'SAVE...')
      assert.equal(talk.answer('SAVE', durable), '')
      assert.equal(talk.phase(), 'Recorded (disk)')
      assert.match(talk.answer('SAVE', durable), /^LOAD /)
      assert.equal(talk.status(), 'EXITED 3 @9 Error')
    },
  },
  {
    name: 'recorded (disk): somebody deletes the task meanwhile: it is looked for again',
    run: () => {
      const talk = conversation({ script: { SAVE: ['hang'], LOAD: [notFound] } })
      talk.tell(exited(3))
      assert.equal(talk.tell(taskDeleted(3)), '')
      assert.equal(talk.answer('SAVE', durable), 'LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'recorded (disk): a disk that answers late makes the first sight of the task old: it is looked at again',
    run: () => {
      const talk = conversation({ script: { SAVE: ['hang'] } })
      talk.tell(exited(3))
      talk.pass(2_001)
      assert.equal(talk.answer('SAVE', durable), `LOAD ${rest}`)
    },
  },
  {
    name: 'recorded (disk): up to two seconds later the first sight still counts',
    run: () => {
      const talk = conversation({ script: { SAVE: ['hang'] } })
      talk.tell(exited(3))
      talk.pass(2_000)
      assert.equal(talk.answer('SAVE', durable), rest)
    },
  },
  {
    name: 'recorded (grace): others have not deleted their task in time: ours to do, after a look',
    run: () => {
      const talk = conversation({ policy: { deleteGraceMs: 5_000 } })
      assert.equal(talk.tell(exited(3)), 'SAVE GRACE(5)')
      assert.equal(talk.pass(4_999), '')
      assert.equal(talk.pass(1), `LOAD ${rest}`)
    },
  },
  {
    name: 'recorded (grace): others have: nothing is waited for any more, and a leaked shim is looked for',
    run: () => {
      const talk = conversation({ policy: { deleteGraceMs: 5_000 } })
      talk.tell(exited(3))
      assert.equal(talk.tell(taskDeleted(3)), 'LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.finish(), '')
    },
  },
  {
    name: 'recorded (grace): an inferred exit waits seven seconds for better word',
    run: () => {
      const talk = conversation()
      assert.equal(talk.answer('WATCH', notFound), 'SAVE GRACE(7)')
      assert.equal(talk.status(), 'EXITED 255 @1000000000 Unknown')
      assert.equal(talk.pass(6_999), '')
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.pass(1), 'LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'recorded (grace): the better word has come: written before anything is touched',
    run: () => {
      const talk = conversation({ script: { LOAD: [notFound] } })
      talk.answer('WATCH', notFound)
      assert.equal(talk.tell(exited(5, { ns: 9 })), looked)
      assert.equal(talk.status(), 'EXITED 5 @9 Error')
      assert.equal(talk.finish(), '')
    },
  },
  {
    name: 'recorded (grace): word that is no better does not end the wait',
    run: () => {
      const talk = conversation({ policy: { deleteGraceMs: 5_000 } })
      talk.tell(exited(3))
      assert.equal(talk.tell(exited(4, { ns: 9 })), '')
      assert.equal(talk.phase(), 'Recorded (grace)')
    },
  },
  {
    name: 'recorded (turn): STOPPED of the younger run could not be written, and the older one has ended since: that goes first; rule 8',
    run: () => {
      const talk = conversation({ script: { LOAD: [running(), running()], SAVE: [durable, failed(), failed()] } })
      assert.equal(talk.tell(exited(0, { pid: 43 })), 'LOAD SAVE LOAD SAVE! BO(c,1)')
      assert.equal(talk.tell(exited(3)), 'SAVE! BO(c,1)')
      talk.finish()
      assert.deepEqual(talk.told().map(({ run, exitCode }) => [run.pid, exitCode]), [[42, 3], [43, 0]])
    },
  },
  {
    name: 'recorded (turn): the younger run waits for the older, and goes on when STOPPED of that is out; rule 8',
    run: () => {
      const talk = twoRuns()
      talk.next({ LOAD: [stopped(4, 9, 43)], TD: [deleted(4, 9)] })
      assert.equal(
        talk.answer('TD', deleted(3, 7)),
        'SAVE STOP EMIT(STOPPED,c,s) LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)',
      )
      assert.deepEqual(talk.told().map(({ seq, run, exitCode }) => [seq, run.generation, exitCode]), [[1, 1, 3], [2, 2, 4]])
    },
  },
  {
    name: 'recorded (turn): while it is being asked whether an older run still lives, the younger waits: that one may have exited first',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang', stopped(4, 9, 43)], TD: [deleted(4, 9)] } })
      assert.equal(talk.tell(started(43)), 'LOAD WATCH')
      assert.equal(talk.answer('WATCH', waited(4, 9, 43), 1), 'SAVE')
      assert.equal(talk.phase(), 'Running, Recorded (turn)')
      talk.answer('LOAD', stopped(4, 9, 43))
      talk.finish()
      assert.deepEqual(talk.told().map(({ run, reason }) => [run.generation, reason]), [[1, 'Unknown'], [2, 'Error']])
    },
  },
  {
    name: 'recorded (slot): begins when a slot is free',
    run: () => {
      const talk = conversation({ policy: { maxHandlings: 1 }, script: { TD: ['hang'] } })
      talk.tell(started(7, 'd'))
      talk.tell(exited(0, { id: 'd', pid: 7 }))
      assert.equal(talk.tell(exited(3)), 'SAVE')
      assert.equal(talk.phase(), 'Recorded (slot)')
      assert.equal(talk.answer('TD', deleted(0)), 'SAVE(d) STOP(d) EMIT(STOPPED,d,s) KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.deepEqual(talk.told().map(({ run }) => run.id), ['d', 'c'])
    },
  },
]
