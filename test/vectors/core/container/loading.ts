/** core/container/loading.ts: containerd is asked for the task. Rule 4: STOPPED with our pid is the only answer after which we destroy. */
import assert from 'node:assert/strict'
import { conversation, metadata } from '../../../support/conversation.ts'
import { exited, exitedSometime, listing, oomed, started } from '../../../support/facts.ts'
import { created, deleted, failed, notFound, paused, running, stopped, unclear } from '../../../support/outcomes.ts'
import { move, phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const end = 'SAVE STOP EMIT(STOPPED,c,s)'

export const cases: ReadonlyArray<Vector> = [
  move('loading: STOPPED with our pid', 'Loading', (talk) => talk.answer('LOAD', stopped(3, 7)), `KILL TD ${end}`, 'Exited'),
  move(
    'loading: STOPPED with another pid: left to a run of its own, which looks for itself',
    'Loading',
    (talk) => talk.answer('LOAD', stopped(3, 7, 43)),
    `${end} SAVE LOAD ${end}`,
    'Exited',
  ),
  move('loading: RUNNING with our pid: the exit was false', 'Loading', (talk) => talk.answer('LOAD', running()), 'SAVE WATCH', 'Running'),
  move('loading: PAUSED with our pid: the same', 'Loading', (talk) => talk.answer('LOAD', paused()), 'SAVE WATCH', 'Running'),
  move('loading: RUNNING with another pid', 'Loading', (talk) => talk.answer('LOAD', running(43)), end, 'Exited'),
  move('loading: PAUSED with another pid', 'Loading', (talk) => talk.answer('LOAD', paused(43)), end, 'Exited'),
  move(
    'loading: CREATED with our pid: it has not begun, so nothing has exited',
    'Loading',
    (talk) => talk.answer('LOAD', created()),
    'SAVE',
    '',
  ),
  move("loading: CREATED with another pid: somebody's next run", 'Loading', (talk) => talk.answer('LOAD', created(43)), end, 'Exited'),
  move('loading: not found: clean up', 'Loading', (talk) => talk.answer('LOAD', notFound), `CLEAN ${end}`, 'Exited'),
  move('loading: nobody can tell: wait', 'Loading', (talk) => talk.answer('LOAD', unclear), 'BO(c,1) SAVE', 'BackingOff'),
  move('loading: failed: wait', 'Loading', (talk) => talk.answer('LOAD', failed('ShimClosed')), 'BO(c,1) SAVE', 'BackingOff'),
  move('loading: takes the whole attempt: wait, and ask anew', 'Loading', (talk) => talk.pass(10_000), 'BO(c,1) SAVE', 'BackingOff'),
  {
    name: 'loading: an exit that turned out false leaves no row behind: a restart knows of no exit',
    run: () => {
      const talk = phases.Loading()
      talk.answer('LOAD', running())
      assert.equal(talk.status(), 'RUNNING 42')
      assert.equal(talk.restart(), '')
      assert.equal(talk.status(), 'ABSENT')
      assert.equal(talk.tell(listing({ containers: { c: metadata }, tasks: { c: running() } })), 'WATCH')
      assert.deepEqual(talk.told(), [])
    },
  },
  {
    name: 'loading: a run that was taken back and then does exit is announced, once, with the true code',
    run: () => {
      const talk = phases.Loading()
      talk.answer('LOAD', running())
      assert.equal(talk.tell(exited(4, { ns: 9 })), 'SAVE KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.deepEqual(talk.told().map(({ exitCode, attempts }) => [exitCode, attempts]), [[4, 1]])
    },
  },
  {
    name: 'loading: what STOPPED says of the exit is observed: it replaces what containerd made up for a dead shim',
    run: () => {
      const talk = conversation({ script: { LOAD: [stopped(3, 9)], MET: [failed()] } })
      talk.tell(exited(137, { pid: 0 }))
      assert.equal(talk.status(), 'EXITED 3 @9 Error')
    },
  },
  {
    name: 'loading: an answer that comes after the attempt has ended changes nothing',
    run: () => {
      const talk = phases.Loading()
      talk.pass(10_000)
      assert.equal(talk.answer('LOAD', stopped(3, 7)), '')
      assert.equal(talk.phase(), 'BackingOff')
    },
  },
  {
    name: 'loading: the answer to a look of an earlier attempt is not taken for that of this one',
    run: () => {
      const talk = phases.Loading()
      talk.next({ LOAD: ['hang'] })
      talk.pass(11_000)
      assert.equal(talk.phase(), 'Loading')
      assert.equal(talk.answer('LOAD', stopped(3, 7)), '')
      assert.equal(talk.phase(), 'Loading')
    },
  },
  {
    name: 'loading: STOPPED without a time, of an exit nobody has seen: now',
    run: () => {
      const talk = conversation({ script: { LOAD: [stopped(3)], TD: [deleted(3)] } })
      talk.answer('WATCH', notFound)
      talk.finish()
      assert.equal(talk.status(), 'EXITED 3 @8000000000 Error')
    },
  },
  {
    name: 'loading: a run whose pid nobody has told is the one that is there, and is announced with its pid',
    run: () => {
      const talk = conversation({ from: 'known', script: { LOAD: [stopped(3, 7)], TD: [deleted(3, 7)] } })
      talk.tell(started(0))
      assert.equal(talk.tell(exited(3)), 'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.told()[0]?.run.pid, 42)
    },
  },
  {
    name: 'loading: a run whose pid nobody has told is not taken for a task that is only created',
    run: () => {
      const talk = conversation({ from: 'known', script: { LOAD: [created()] } })
      talk.tell(started(0))
      assert.equal(talk.tell(exitedSometime(3, 0)), 'SAVE LOAD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'loading: a run that was killed for memory and is taken back still was',
    run: () => {
      const talk = phases.Loading()
      talk.tell(oomed())
      talk.answer('LOAD', running())
      assert.equal(talk.status(), 'RUNNING 42 OOMKilled')
    },
  },
  {
    name: 'loading: a false exit leaves no timer behind',
    run: () => {
      const talk = phases.Loading()
      talk.answer('LOAD', running())
      talk.finish()
      assert.equal(talk.now(), 1_000)
    },
  },
]
