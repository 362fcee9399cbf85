/** core/container/announced.ts: STOPPED is out, and what may be left of the shim is looked for until nothing is. Rule 6. */
import assert from 'node:assert/strict'
import { progress } from '../../../../core/progress.ts'
import { conversation } from '../../../support/conversation.ts'
import { exited, started, taskCreated } from '../../../support/facts.ts'
import { cleanedUp, created, deleted, durable, failed, notFound, paused, running, stopped, unclear } from '../../../support/outcomes.ts'
import { move, phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  move(
    'announced: STOPPED with our pid: deleted',
    'Announced (Loading)',
    (talk) => {
      talk.next({ TD: [deleted(3, 7)] })
      return talk.answer('LOAD', stopped(3, 7))
    },
    'TD SAVE',
    'Exited',
  ),
  move(
    'announced: STOPPED with another pid: not ours, but the end of another run, which looks for itself',
    'Announced (Loading)',
    (talk) => talk.answer('LOAD', stopped(0, 9, 43)),
    'SAVE SAVE LOAD SAVE STOP EMIT(STOPPED,c,s)',
    'Exited',
  ),
  move('announced: not found: cleaned up', 'Announced (Loading)', (talk) => talk.answer('LOAD', notFound), 'CLEAN SAVE', 'Exited'),
  move('announced: RUNNING: not ours to touch', 'Announced (Loading)', (talk) => talk.answer('LOAD', running()), 'SAVE', 'Exited'),
  move('announced: PAUSED: nor that', 'Announced (Loading)', (talk) => talk.answer('LOAD', paused()), 'SAVE', 'Exited'),
  move('announced: CREATED: nor that', 'Announced (Loading)', (talk) => talk.answer('LOAD', created()), 'SAVE', 'Exited'),
  move(
    'announced: nobody can tell: later',
    'Announced (Loading)',
    (talk) => talk.answer('LOAD', unclear),
    'BO(c,1)',
    'Announced (Waiting)',
  ),
  move('announced: failed: later', 'Announced (Loading)', (talk) => talk.answer('LOAD', failed()), 'BO(c,1)', 'Announced (Waiting)'),
  move('announced: deleted', 'Announced (Deleting)', (talk) => talk.answer('TD', deleted(3)), 'SAVE', 'Exited'),
  move(
    'announced: the delete found nothing: a clean-up is due',
    'Announced (Deleting)',
    (talk) => {
      talk.next({ LOAD: [notFound] })
      return talk.answer('TD', notFound)
    },
    'LOAD CLEAN SAVE',
    'Exited',
  ),
  move(
    'announced: the delete failed: later',
    'Announced (Deleting)',
    (talk) => talk.answer('TD', failed()),
    'BO(c,1)',
    'Announced (Waiting)',
  ),
  move('announced: cleaned up', 'Announced (Cleaning)', (talk) => talk.answer('CLEAN', cleanedUp), 'SAVE', 'Exited'),
  move('announced: nothing to clean up', 'Announced (Cleaning)', (talk) => talk.answer('CLEAN', notFound), 'SAVE', 'Exited'),
  move(
    'announced: the clean-up failed: later',
    'Announced (Cleaning)',
    (talk) => talk.answer('CLEAN', failed()),
    'BO(c,1)',
    'Announced (Waiting)',
  ),
  move('announced: it is written down that nothing is owed', 'Announced (Closing)', (talk) => talk.answer('SAVE', durable), '', 'Exited'),
  move(
    'announced: that cannot be written: later',
    'Announced (Closing)',
    (talk) => talk.answer('SAVE', failed()),
    'BO(c,1)',
    'Announced (Waiting)',
  ),
  {
    name: 'announced: a failure that goes on is tried again for ever, ever more slowly, and says nothing to listeners',
    run: () => {
      const talk = phases['Announced (Waiting)']()
      talk.next({ LOAD: [failed(), failed(), notFound] })
      assert.equal(talk.finish(), 'LOAD BO(c,2) LOAD BO(c,4) LOAD CLEAN SAVE')
      assert.equal(talk.told().length, 1)
    },
  },
  {
    name: 'announced: a restart takes up what is owed, and announces nothing again',
    run: () => {
      const talk = phases['Announced (Cleaning)']()
      assert.equal(talk.restart(), 'GRACE(0)')
      assert.equal(talk.phase(), 'Announced (Waiting)')
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.finish(), 'LOAD CLEAN SAVE')
      assert.equal(talk.told().length, 1)
      assert.equal(talk.restart(), '')
      assert.equal(talk.phase(), 'Exited')
    },
  },
  {
    name: 'announced: a clean-up that hangs is counted, told, and not cut off; when it comes back all is well',
    run: () => {
      const talk = phases['Announced (Cleaning)']()
      assert.equal(talk.pass(9_999), '')
      assert.equal(progress(talk.state()).handling[0]?.outstanding, undefined)
      assert.equal(talk.pass(1), 'BO(c,1)')
      assert.equal(talk.wake(), 'BO(c,2)')
      const [row] = progress(talk.state()).handling
      assert.equal(row?.attempt, 3)
      assert.equal(row?.lastError, 'CleanUp has taken 11000 ms')
      assert.equal(row?.outstanding, 'CleanUp')
      assert.equal(talk.answer('CLEAN', cleanedUp), 'SAVE')
      assert.equal(talk.phase(), 'Exited')
      assert.equal(talk.finish(), '')
    },
  },
  ...(['Delete', 'CleanUp'] as const).map((what): Vector => ({
    name: `announced: past its hard limit a ${what} is cut off, and what is left is looked for again; the next run is let in`,
    run: () => {
      const last = what === 'Delete'
        ? { LOAD: [failed('Unavailable'), stopped(3, 7)], TD: ['hang'] } as const
        : { LOAD: [failed('Unavailable'), notFound], CLEAN: ['hang'] } as const
      const talk = conversation({ from: 'known', policy: { deleteHardLimitMs: 12_000 }, script: last })
      talk.tell(exited(3))
      assert.equal(talk.pass(10_000), 'BO(c,1)')
      assert.equal(talk.pass(1_000), 'BO(c,2)')
      assert.equal(talk.wake(), 'CUT BO(c,4)')
      assert.equal(talk.phase(), 'Announced (Waiting)')
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.finish(), 'LOAD CLEAN SAVE')
      assert.equal(talk.phase(), 'Exited')
    },
  })),
  {
    name: 'announced: by policy, as upstream does, it is cut off when its time is over',
    run: () => {
      const script = { LOAD: [failed('Unavailable'), notFound], CLEAN: ['hang'] } as const
      const talk = conversation({ from: 'known', policy: { onHandlingTimeout: 'cancel' }, script })
      talk.tell(exited(3))
      assert.equal(talk.pass(10_000), 'CUT BO(c,1)')
      assert.equal(talk.phase(), 'Announced (Waiting)')
    },
  },
  {
    name: "announced: the exit of the next run waits while this one's shim is being destroyed; rule 5",
    run: () => {
      const talk = phases['Announced (Cleaning)']()
      talk.tell(started(43))
      assert.equal(talk.tell(exited(4, { pid: 43, ns: 9 })), 'SAVE')
      assert.equal(talk.phase(), 'Announced (Cleaning), Recorded (turn)')
      talk.next({ LOAD: [stopped(4, 9, 43)], TD: [deleted(4, 9)] })
      assert.equal(talk.answer('CLEAN', cleanedUp), 'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.phase(), 'Exited')
    },
  },
  {
    name: 'announced: another run was heard of since, perhaps an earlier one told of late: what is not there is cleaned up all the same',
    run: () => {
      const talk = phases['Announced (Waiting)']()
      talk.tell(started(43))
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.wake(), 'LOAD CLEAN SAVE')
      assert.equal(talk.phase(), 'Running')
    },
  },
  {
    name: 'announced: another task appears during the look: it is made again, for its answer may be older',
    run: () => {
      const talk = phases['Announced (Loading)']()
      talk.next({ LOAD: [running(43)] })
      assert.equal(talk.tell(taskCreated(43)), 'LOAD SAVE')
      assert.equal(talk.answer('LOAD', notFound), '')
      assert.equal(talk.phase(), 'Exited')
    },
  },
  {
    name: 'announced: holds no slot',
    run: () => {
      const script = { LOAD: [failed('Unavailable'), notFound], CLEAN: ['hang'] } as const
      const talk = conversation({ from: 'known', policy: { maxHandlings: 1 }, script })
      talk.tell(exited(3))
      assert.equal(talk.phase(), 'Announced (Cleaning)')
      talk.tell(exited(0, { id: 'd', pid: 7 }))
      assert.equal(talk.phase('d'), 'Exited')
    },
  },
]
