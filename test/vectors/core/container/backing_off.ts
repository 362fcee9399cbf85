/** core/container/backing_off.ts: the next attempt waits; a call that outlived the last one is joined, never asked again. Rule 5. */
import assert from 'node:assert/strict'
import { conversation } from '../../../support/conversation.ts'
import { exited, taskCreated, taskDeleted } from '../../../support/facts.ts'
import { cleanedUp, created, deleted, failed, gone, notFound, stopped, unclear } from '../../../support/outcomes.ts'
import { move, phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const end = 'SAVE STOP EMIT(STOPPED,c,s)'

export const cases: ReadonlyArray<Vector> = [
  move('backing off: the timer: a new attempt, which begins with a look', 'BackingOff', (talk) => talk.wake(), `LOAD TD ${end}`, 'Exited'),
  move(
    'backing off (Delete): its answer ends the wait at once',
    'BackingOff (Delete)',
    (talk) => talk.answer('TD', deleted(3, 7)),
    end,
    'Exited',
  ),
  move(
    'backing off (Delete): not found: a new attempt at once',
    'BackingOff (Delete)',
    (talk) => {
      talk.next({ LOAD: [notFound] })
      return talk.answer('TD', notFound)
    },
    `LOAD CLEAN ${end}`,
    'Exited',
  ),
  move('backing off (Delete): failed: the timer decides', 'BackingOff (Delete)', (talk) => talk.answer('TD', failed()), '', 'BackingOff'),
  move(
    'backing off (Delete): the hung shim was killed: a new attempt at once',
    'BackingOff (Delete)',
    (talk) => {
      talk.next({ LOAD: [notFound] })
      return talk.answer('TD', failed('ShimClosed'))
    },
    `LOAD CLEAN ${end}`,
    'Exited',
  ),
  move(
    'backing off (Delete): the timer: still in flight, so it is joined',
    'BackingOff (Delete)',
    (talk) => talk.wake(),
    'BO(c,2) SAVE',
    'BackingOff (Delete)',
  ),
  move('backing off (Kill): gone: on to the delete', 'BackingOff (Kill)', (talk) => talk.answer('KILL', gone), `LOAD TD ${end}`, 'Exited'),
  move('backing off (Kill): failed', 'BackingOff (Kill)', (talk) => talk.answer('KILL', failed()), '', 'BackingOff'),
  move('backing off (CleanUp): done', 'BackingOff (CleanUp)', (talk) => talk.answer('CLEAN', cleanedUp), end, 'Exited'),
  move('backing off (CleanUp): not found is done', 'BackingOff (CleanUp)', (talk) => talk.answer('CLEAN', notFound), end, 'Exited'),
  move('backing off (CleanUp): failed', 'BackingOff (CleanUp)', (talk) => talk.answer('CLEAN', failed()), '', 'BackingOff'),
  {
    name: 'backing off: a Delete that hangs for 25 s is announced when it ends, without waiting for a tick, and never asked twice',
    run: () => {
      const talk = phases['BackingOff (Delete)']()
      assert.equal(talk.pass(15_000), 'BO(c,2) SAVE BO(c,4) SAVE BO(c,8) SAVE BO(c,16) SAVE')
      assert.equal(talk.answer('TD', deleted(3, 7)), end)
      assert.equal(talk.told()[0]?.handlingMs, 25_000)
      assert.equal(talk.told()[0]?.attempts, 6)
      assert.equal(talk.finish(), '')
    },
  },
  {
    name: 'backing off: a Delete that outlives its hard limit, where there is one, is cut off, and the next attempt begins with a look',
    run: () => {
      const talk = conversation({ policy: { deleteHardLimitMs: 12_000 }, script: { TD: ['hang'] } })
      talk.tell(exited(3))
      assert.equal(talk.pass(10_000), 'BO(c,1) SAVE')
      assert.equal(talk.wake(), 'BO(c,2) SAVE')
      assert.equal(talk.wake(), 'CUT BO(c,4) SAVE')
      assert.equal(talk.phase(), 'BackingOff')
      assert.equal(talk.answer('TD', failed('Other', 'cancelled')), '')
      assert.equal(talk.wake(), `LOAD TD ${end}`)
    },
  },
  {
    name: 'backing off: by default there is no hard limit',
    run: () => {
      const talk = phases['BackingOff (Delete)']()
      assert.equal(/CUT|TD/.test(talk.pass(3_600_000)), false)
      assert.equal(talk.phase(), 'BackingOff (Delete)')
    },
  },
  {
    name: 'backing off: holds no slot: nine hung deletes delay nobody',
    run: () => {
      const talk = conversation({ policy: { maxHandlings: 1 }, script: { TD: ['hang'] } })
      talk.tell(exited(3))
      talk.pass(10_000)
      assert.equal(talk.phase(), 'BackingOff (Delete)')
      talk.tell({ ...exited(0, { id: 'd', pid: 7 }) })
      assert.match(talk.status('d'), /^EXITED/)
      assert.equal(talk.phase('d'), 'Exited')
    },
  },
  {
    name: 'backing off: a sign of another client: a new attempt at once, with a look; but not while a call is in flight',
    run: () => {
      const idle = phases.BackingOff()
      idle.next({ LOAD: [created(43)] })
      assert.equal(idle.tell(taskCreated(43)), `LOAD ${end}`)
      const busy = phases['BackingOff (Delete)']()
      assert.equal(busy.tell(taskCreated(43)), '')
      assert.equal(busy.answer('TD', deleted(3, 7)), end)
    },
  },
  {
    name: 'backing off: a delete by others does not hurry, and the look at its time finds it',
    run: () => {
      const talk = phases.BackingOff()
      assert.equal(talk.tell(taskDeleted(3)), '')
      assert.equal(talk.wake(), `LOAD CLEAN ${end}`)
    },
  },
  {
    name: 'backing off: after a restart of the shell with this state the task is asked for instead of the Delete that died with it',
    run: () => {
      const talk = phases['BackingOff (Delete)']()
      talk.next({ LOAD: [unclear, unclear, stopped(3, 7)] })
      assert.equal(talk.revive(), 'GRACE(1) LOAD LOAD BO(c,2) SAVE')
      assert.equal(talk.wake(), `LOAD TD ${end}`)
    },
  },
]
