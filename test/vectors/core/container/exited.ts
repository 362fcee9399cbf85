/** core/container/exited.ts: over; a task that is found still there is swept away without a word. */
import assert from 'node:assert/strict'
import { conversation, metadata } from '../../../support/conversation.ts'
import { exited, listing, started, taskDeleted } from '../../../support/facts.ts'
import { deleted, notFound, running, stopped } from '../../../support/outcomes.ts'
import { phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const seen = listing({ containers: { c: metadata }, tasks: { c: stopped(3, 7) } })

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'exited: a listing that shows its task STOPPED may be old, so containerd is asked; gone: nothing',
    run: () => {
      const talk = phases.Exited()
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.tell(seen), 'LOAD')
      assert.equal(talk.phase(), 'Exited')
    },
  },
  {
    name: 'exited: its task is left behind, the same pid and the same end: deleted, and nothing announced',
    run: () => {
      const talk = phases.Exited()
      talk.next({ LOAD: [stopped(3, 7), stopped(3, 7)], TD: [deleted(3, 7)] })
      assert.equal(talk.tell(seen), 'LOAD LOAD TD SAVE')
      assert.equal(talk.phase(), 'Exited')
      assert.equal(talk.told().length, 1)
    },
  },
  {
    name: 'exited: in a dry run a task that is left behind is nothing new: looked at, and left alone',
    run: () => {
      const talk = conversation({ policy: { sweepLeftBehind: false } })
      talk.tell(exited(3))
      talk.next({ LOAD: [stopped(3, 7)] })
      assert.equal(talk.tell(seen), 'LOAD')
      assert.equal(talk.phase(), 'Exited')
    },
  },
  {
    name: 'exited: STOPPED under the same pid with another end is another run: pids repeat',
    run: () => {
      const talk = phases.Exited()
      talk.next({ LOAD: [stopped(4, 99)], TD: [deleted(4, 99)] })
      assert.equal(
        talk.tell(listing({ containers: { c: metadata }, tasks: { c: stopped(4, 99) } })),
        'LOAD SAVE KILL TD SAVE STOP EMIT(STOPPED,c,s)',
      )
      assert.deepEqual(talk.told().map(({ run, exitCode }) => [run.generation, exitCode]), [[1, 3], [2, 4]])
    },
  },
  {
    name: 'exited: the echo of our own delete, and a late start: nothing but a look',
    run: () => {
      const talk = phases.Exited()
      assert.equal(talk.tell(taskDeleted(3)), '')
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.tell(started()), 'LOAD')
      assert.equal(talk.phase(), 'Exited')
    },
  },
  {
    name: 'exited: the same pid runs again, and containerd says so when asked: a new run',
    run: () => {
      const talk = phases.Exited()
      talk.next({ LOAD: [running()] })
      assert.equal(talk.tell(listing({ containers: { c: metadata }, tasks: { c: running() } })), 'LOAD WATCH')
      assert.equal(talk.phase(), 'Running')
      talk.tell(exited(4, { ns: 99 }))
      assert.deepEqual(talk.told().map(({ run }) => run.generation), [1, 2])
    },
  },
  {
    name: 'exited: of two ends under one pid the last is the one that a task left behind is known by; what is done is not done again',
    run: () => {
      const talk = phases.Exited()
      talk.tell(listing({ containers: { c: metadata }, tasks: { c: running() } }))
      assert.equal(talk.phase(), 'Running')
      talk.tell(exited(4, { ns: 99 }))
      talk.next({ LOAD: [stopped(4, 99), stopped(4, 99)], TD: [deleted(4, 99)] })
      assert.equal(talk.tell(listing({ containers: { c: metadata }, tasks: { c: stopped(4, 99) } })), 'LOAD LOAD TD SAVE')
      const row = talk.rows().at(-1)
      assert.ok(row?._tag === 'RunRecord')
      assert.deepEqual([row.run.generation, row.notified, row.standing], [2, true, 'closed'])
    },
  },
]
