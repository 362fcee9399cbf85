/**
 * V91 to V102, and V90: what a start finds, and crashes at every point. What upstream calls the checkpoint is a row on disk here. V100
 * and V104 are in test/core/codec (status_file, cri_metadata). V103: there is no effect that names a directory, so none is touched.
 */
import assert from 'node:assert/strict'
import { millis, nanos } from '../../core/ids.ts'
import type { RunRecord } from '../../core/record.ts'
import type { TaskView } from '../../core/answer.ts'
import { type Conversation, conversation, metadata, type Script } from '../support/conversation.ts'
import { exited, listing, started, taskCreated } from '../support/facts.ts'
import { created, deleted, notFound, paused, running, stopped } from '../support/outcomes.ts'
import type { Vector } from '../support/property.ts'

const row = (fields: Partial<RunRecord> = {}): RunRecord => ({
  _tag: 'RunRecord',
  run: { namespace: 'ns', id: 'c', pid: 42, generation: 1 },
  metadata,
  exit: undefined,
  oomKilled: false,
  notified: false,
  attempts: 0,
  lastError: undefined,
  standing: 'open',
  at: millis(0),
  ...fields,
})
const wasExited = row({ exit: { code: 3, at: nanos(7n), rank: 'observed' }, standing: 'closed' })

/** A start: from what is on disk, then the first listing. */
const begin = (from: ReadonlyArray<RunRecord>, task: TaskView | undefined, script: Script = {}): readonly [Conversation, string] => {
  const talk = conversation({ from, script })
  const owed = talk.restart()
  const said = talk.tell(listing({ containers: { c: metadata }, tasks: task === undefined ? {} : { c: task } }))
  return [talk, [owed, said].filter((words) => words !== '').join(' ')]
}

/** Where the process may die while it handles an exit with everything switched on: at the n-th call of this word. */
const crashes: ReadonlyArray<readonly [where: string, Script]> = [
  ['before the exit is on disk', { SAVE: ['hang'] }],
  ['while plugins are told', { NRI: ['hang'] }],
  ['in the kill', { KILL: ['hang'] }],
  ['while IO is drained', { DRAIN: ['hang'] }],
  ['in the delete', { TD: ['hang'] }],
  ['between the delete and the last write', { SAVE: [{ _tag: 'Durable' }, 'hang'] }],
]

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'V90 D: the exit is told before the start (both late): one run, and STOPPED is the last that is said of it',
    run: () => {
      const talk = conversation({ from: 'known', script: { LOAD: [stopped(0, 7), notFound], TD: [deleted(0, 7)] } })
      assert.equal(talk.tell(exited(0), started()), 'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 0 @7 Completed')
      assert.deepEqual(talk.told().map(({ run: { generation } }) => generation), [1])
    },
  },
  {
    name:
      'V91 D: RUNNING on disk, no task: 255 and Unknown at the time of the start, after a wait for better word; STOPPED is announced (upstream: not)',
    run: () => {
      const [talk, said] = begin([row()], undefined)
      assert.equal(said, 'WATCH LOAD SAVE GRACE(7)')
      assert.equal(talk.finish(), 'LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 255 @1000000000 Unknown')
      assert.equal(talk.told().length, 1)
    },
  },
  {
    name: 'V93 D: EXITED on disk, and a task of another pid runs: a new run, watched (upstream: UNKNOWN, unwatched)',
    run: () => {
      const [talk, said] = begin([wasExited], running(43))
      assert.equal(said, 'WATCH')
      assert.equal(talk.status(), 'RUNNING 43')
      assert.match(talk.tell(exited(0, { pid: 43 })), /EMIT\(STOPPED,c,s\)$/)
      assert.equal(talk.told()[0]?.run.generation, 2)
    },
  },
  {
    name: 'V94 D: nothing on disk, the task runs: watched, with its own pid',
    run: () => {
      const [talk, said] = begin([], running())
      assert.equal(said, 'WATCH')
      assert.equal(talk.status(), 'RUNNING 42')
    },
  },
  {
    name: 'V95 D: RUNNING on disk, the task runs: watched, and its exit has the real pid (upstream: 0)',
    run: () => {
      const [talk, said] = begin([row()], running())
      assert.equal(said, 'WATCH')
      talk.answer('WATCH', { _tag: 'Exited', pid: 42, code: 0, exitedAt: nanos(7n) })
      assert.equal(talk.told()[0]?.run.pid, 42)
    },
  },
  {
    name: 'V97 D: a paused task is watched, and its exit is handled (upstream: UNKNOWN)',
    run: () => {
      const [talk, said] = begin([row()], paused())
      assert.equal(said, 'WATCH')
      assert.equal(talk.status(), 'RUNNING 42')
      assert.equal(talk.tell(listing({ containers: { c: metadata }, tasks: { c: paused() } })), '')
    },
  },
  {
    name: 'V99 D: a task that is only created is not touched, at a start or later; nothing is known of it (upstream: deletes it)',
    run: () => {
      const [talk, said] = begin([], created())
      assert.equal(said, '')
      assert.equal(talk.tell(taskCreated(42)), '')
      assert.equal(talk.finish(), '')
      assert.equal(talk.status(), 'ABSENT')
    },
  },
  ...crashes.flatMap(([where, script]): ReadonlyArray<Vector> =>
    [true, false].map((isDeleted): Vector => ({
      name: `V101 D: crash ${where}, the task ${
        isDeleted ? 'gone' : 'still there'
      } afterwards: the true code is announced, once (upstream: 255)`,
      run: () => {
        const talk = conversation({ policy: { nri: true, io: true }, script })
        talk.tell(exited(3))
        const isRecorded = talk.rows().length > 0
        talk.restart()
        if (isDeleted && !isRecorded) return // nobody knows the code any more, and nobody has deleted anything on our behalf
        if (isDeleted) talk.next({ LOAD: [notFound] })
        else talk.next({ LOAD: [stopped(3, 7), stopped(3, 7)], TD: [deleted(3, 7)] })
        talk.tell(listing({ containers: { c: metadata }, tasks: isDeleted ? {} : { c: stopped(3, 7) } }))
        talk.finish()
        assert.equal(talk.status(), 'EXITED 3 @7 Error')
        assert.equal(talk.phase(), 'Exited')
        assert.deepEqual(talk.told().map(({ seq, exitCode, run }) => [seq, exitCode, run.generation]), [[1, 3, 1]])
      },
    }))
  ),
  {
    name:
      'V102 D: crash between the last write and the event: the announcement is on disk under its number, and none is made again (upstream: never sent)',
    run: () => {
      const before = conversation()
      before.tell(exited(3))
      const talk = conversation({ from: before.rows() })
      assert.equal(talk.restart(), '')
      assert.equal(talk.finish(), '')
      assert.deepEqual(talk.told(), [])
      assert.deepEqual(talk.rows().flatMap((record) => (record._tag === 'Announcement' ? [record.seq] : [])), [1])
      assert.equal(talk.tell(exited(3)), '')
      talk.tell(listing({ containers: { c: metadata }, tasks: { c: running(43) } }))
      talk.tell(exited(0, { pid: 43 }))
      assert.deepEqual(talk.told().map(({ seq }) => seq), [2])
    },
  },
]
