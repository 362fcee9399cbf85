/**
 * What a start makes of every meeting of a task and what is on disk: containerd's own table (section 3 of what is known of its restart),
 * row by row, with our answers. Its checkpoints are our rows: RUNNING an open row without an exit, EXITED a closed one, CREATED and
 * UNKNOWN none, since nothing is written of what has not run, and what cannot be read is refused before a start.
 */
import assert from 'node:assert/strict'
import type { TaskView } from '../../core/answer.ts'
import { millis, nanos } from '../../core/ids.ts'
import type { ReaperRecord, RunRecord } from '../../core/record.ts'
import { type Conversation, conversation, metadata, type Script } from '../support/conversation.ts'
import { listing, recordDeleted, sandboxExited } from '../support/facts.ts'
import { created, deleted, failed, notFound, paused, running, stopped, unclear } from '../support/outcomes.ts'
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
const exit = { code: 3, at: nanos(7n), rank: 'observed' } as const
const RUNNING = [row()]
const EXITED = [row({ exit, standing: 'closed', notified: true })]
/** Written down, and the process died before it was dealt with. */
const OPEN = [row({ exit })]
const NOTHING: ReadonlyArray<RunRecord> = []
const gone = 'NotFound'

interface Ours {
  readonly task: TaskView | typeof gone
  readonly disk: ReadonlyArray<ReaperRecord>
  /** `RUNNING 42`, `EXITED 3 @7 Error`, `ABSENT`, when all has been done. */
  readonly status: string
  /** Codes of the STOPPED that go out, with the generation of their run. */
  readonly told?: ReadonlyArray<readonly [code: number, generation: number]>
  /** What is asked for on the way, in the vectors' shorthand; left out where it is nobody's business. */
  readonly said?: string
  readonly script?: Script
}

const table: Readonly<Record<string, Ours>> = {
  'NotFound, CREATED: nothing has run, nothing is said': { task: gone, disk: NOTHING, status: 'ABSENT', said: '' },
  'V91 NotFound, RUNNING: 255 and Unknown, and STOPPED goes out (upstream: no event)': {
    task: gone,
    disk: RUNNING,
    status: 'EXITED 255 @1000000000 Unknown',
    told: [[255, 1]],
  },
  'V92 NotFound, EXITED: unchanged, and nothing is said again': { task: gone, disk: EXITED, status: 'EXITED 3 @7 Error', said: '' },
  'NotFound, an exit on disk that was not dealt with: its true code (upstream: 255)': {
    task: gone,
    disk: OPEN,
    status: 'EXITED 3 @7 Error',
    told: [[3, 1]],
  },
  'V99 created, CREATED: not touched (upstream: deletes it)': { task: created(), disk: NOTHING, status: 'ABSENT', said: '' },
  'created with another pid, RUNNING: the run before is over, the new task is not touched (upstream: deletes it, UNKNOWN)': {
    task: created(43),
    disk: RUNNING,
    status: 'EXITED 255 @1000000000 Unknown',
    told: [[255, 1]],
    script: { LOAD: [created(43), created(43)] },
  },
  'created, EXITED: not touched, and the end stays known': { task: created(43), disk: EXITED, status: 'EXITED 3 @7 Error', said: '' },
  'V95 running, RUNNING: watched, with the real pid (upstream: pid 0)': {
    task: running(),
    disk: RUNNING,
    status: 'RUNNING 42',
    said: 'WATCH',
  },
  'V94 running, CREATED: watched, and written down to be running': {
    task: running(),
    disk: NOTHING,
    status: 'RUNNING 42',
    said: 'WATCH SAVE',
  },
  'V93 running with another pid, EXITED: a new run (upstream: UNKNOWN, unwatched)': {
    task: running(43),
    disk: EXITED,
    status: 'RUNNING 43',
    said: 'WATCH SAVE',
  },
  'running with the same pid, EXITED: pids repeat, so it is asked once more, and is a new run': {
    task: running(),
    disk: EXITED,
    status: 'RUNNING 42',
    said: 'LOAD WATCH SAVE',
    script: { LOAD: [running()] },
  },
  'running with another pid, RUNNING: the run before is over, the new one is watched': {
    task: running(43),
    disk: RUNNING,
    status: 'RUNNING 43',
    told: [[255, 1]],
    script: { LOAD: [running(43), running(43)] },
  },
  'running, an exit on disk that turns out to be false: it is taken back, and watched': {
    task: running(),
    disk: OPEN,
    status: 'RUNNING 42',
    script: { LOAD: [running()] },
  },
  'running, Wait says NotFound: 255 and Unknown, STOPPED goes out': {
    task: running(),
    disk: RUNNING,
    status: 'EXITED 255 @1000000000 Unknown',
    told: [[255, 1]],
    script: { WATCH: [notFound], LOAD: [notFound] },
  },
  'running, Wait fails otherwise: no exit; it is waited for again (upstream: UNKNOWN)': {
    task: running(),
    disk: RUNNING,
    status: 'RUNNING 42',
    said: 'WATCH BO(c,1) WATCH',
    script: { WATCH: [failed('Other', 'no')] },
  },
  'stopped, nothing on disk: code and time of the task, plugins told, STOPPED (upstream: neither)': {
    task: stopped(5, 9),
    disk: NOTHING,
    status: 'EXITED 5 @9 Error',
    told: [[5, 1]],
    said: 'SAVE LOAD NRI KILL TD SAVE STOP EMIT(STOPPED,c,s)',
    script: { LOAD: [stopped(5, 9), stopped(5, 9)], TD: [deleted(5, 9)] },
  },
  'stopped, RUNNING: the same, of the run that was known': {
    task: stopped(5, 9),
    disk: RUNNING,
    status: 'EXITED 5 @9 Error',
    told: [[5, 1]],
    script: { LOAD: [stopped(5, 9), stopped(5, 9)], TD: [deleted(5, 9)] },
  },
  'stopped, an exit on disk: the exit that was written first (upstream: overwritten)': {
    task: stopped(5, 9),
    disk: OPEN,
    status: 'EXITED 3 @7 Error',
    told: [[3, 1]],
    script: { LOAD: [stopped(5, 9), stopped(5, 9)], TD: [deleted(5, 9)] },
  },
  'stopped, EXITED, the same end: what is left is swept away without a word': {
    task: stopped(3, 7),
    disk: EXITED,
    status: 'EXITED 3 @7 Error',
    script: { LOAD: [stopped(3, 7), stopped(3, 7)], TD: [deleted(3, 7)] },
  },
  'stopped with another pid, EXITED: a run that began and ended while we were away': {
    task: stopped(5, 9, 43),
    disk: EXITED,
    status: 'EXITED 5 @9 Error',
    told: [[5, 2]],
    script: { LOAD: [stopped(5, 9, 43), stopped(5, 9, 43)], TD: [deleted(5, 9)] },
  },
  'V97 paused, RUNNING: watched (upstream: UNKNOWN)': { task: paused(), disk: RUNNING, status: 'RUNNING 42', said: 'WATCH' },
  'paused, CREATED: watched, and written down': { task: paused(), disk: NOTHING, status: 'RUNNING 42', said: 'WATCH SAVE' },
  'unknown, RUNNING: nobody can tell, so nothing is concluded and nothing touched': {
    task: unclear,
    disk: RUNNING,
    status: 'RUNNING 42',
    said: 'WATCH',
  },
  'unknown, CREATED: the same': { task: unclear, disk: NOTHING, status: 'ABSENT', said: '' },
  'the task cannot be loaded: it is tried again until it can (upstream: UNKNOWN)': {
    task: stopped(3, 7),
    disk: OPEN,
    status: 'EXITED 3 @7 Error',
    told: [[3, 1]],
    script: { LOAD: [failed('Other', 'timeout'), failed('Other', 'timeout'), stopped(3, 7)], TD: [deleted(3, 7)] },
  },
  'the task cannot be deleted: it is tried again until it can (upstream: UNKNOWN)': {
    task: stopped(3, 7),
    disk: OPEN,
    status: 'EXITED 3 @7 Error',
    told: [[3, 1]],
    script: { LOAD: [stopped(3, 7), stopped(3, 7)], TD: [failed('Other', 'busy'), deleted(3, 7)] },
  },
}

const policy = { recordRunning: true, nri: true } as const

const start = ({ task, disk, script = {} }: Ours, more: { readonly kind?: 'sandbox' } = {}): readonly [Conversation, string] => {
  const talk = conversation({ from: disk, script, policy })
  const meta = { ...metadata, ...more }
  const words = [talk.restart(), talk.tell(listing({ containers: { c: meta }, tasks: task === gone ? {} : { c: task } })), talk.finish()]
  return [talk, words.filter((word) => word !== '').join(' ')]
}

const endings = (talk: Conversation): ReadonlyArray<readonly [number, number]> =>
  talk.told().map(({ exitCode, run }) => [exitCode, run.generation])

export const cases: ReadonlyArray<Vector> = [
  ...Object.entries(table).map(([name, ours]): Vector => ({
    name: `recovery D: ${name}`,
    run: () => {
      const [talk, said] = start(ours)
      assert.equal(talk.status(), ours.status)
      assert.deepEqual(endings(talk), ours.told ?? [])
      if (ours.said !== undefined) assert.equal(said, ours.said)
      // A second start finds nothing more to say, whatever the first found (upstream: an UNKNOWN container comes back as RUNNING).
      const status = talk.status().replace(/^RUNNING.*/, 'RUNNING')
      talk.restart()
      talk.finish()
      assert.equal(talk.status().replace(/^RUNNING.*/, 'RUNNING'), status)
      assert.deepEqual(endings(talk), ours.told ?? [])
    },
  })),
  {
    name: 'recovery D: the record went too while we were away: the end of a run that was written down is told all the same',
    run: () => {
      const talk = conversation({ from: RUNNING, policy, script: { ASK: [notFound], LOAD: [notFound] } })
      talk.restart()
      talk.tell(listing({}))
      talk.finish()
      assert.deepEqual(endings(talk), [[255, 1]])
    },
  },
  {
    name: 'recovery D: pause container NotFound, its row RUNNING: the sandbox is not ready, one STOPPED (upstream: none)',
    run: () => {
      const disk = [row({ metadata: { ...metadata, kind: 'sandbox' } })]
      const [talk] = start({ task: gone, disk, status: '' }, { kind: 'sandbox' })
      assert.deepEqual(talk.told().map(({ exitCode, sandboxId }) => [exitCode, sandboxId]), [[255, 'c']])
      assert.equal(talk.rows().filter(({ _tag }) => _tag === 'SandboxRecord').length, 1)
    },
  },
  {
    name: 'recovery D: how a sandbox ended is known after a restart (upstream: lost), and told no more',
    run: () => {
      const before = conversation({ policy })
      before.tell(listing({ containers: { c: metadata }, sandboxes: ['s'] }))
      before.tell(sandboxExited(7))
      assert.equal(before.told().length, 1)
      const talk = conversation({ from: before.rows(), policy })
      talk.restart()
      talk.tell(listing({ containers: { c: metadata }, tasks: { c: running() }, sandboxes: ['s'] }))
      talk.tell(sandboxExited(7))
      assert.deepEqual(talk.told(), [])
    },
  },
  {
    name: 'recovery D: a run is written down once, and again after a failed write at the next listing',
    run: () => {
      const talk = conversation({ from: 'nothing', policy, script: { SAVE: [failed('Other', 'disk full')] } })
      const seen = listing({ containers: { c: metadata }, tasks: { c: running() } })
      assert.equal(talk.tell(seen), 'WATCH SAVE!')
      assert.equal(talk.tell(seen), 'SAVE')
      assert.equal(talk.tell(seen), '')
      assert.equal(talk.rows().length, 1)
    },
  },
  {
    name: 'recovery D: of a container that is no longer ours the row is withdrawn',
    run: () => {
      const talk = conversation({ from: RUNNING, policy: { ...policy, selective: true }, script: { ASK: [{ _tag: 'NotOurs' }] } })
      talk.restart()
      assert.equal(talk.tell(listing({ tasks: { c: running() } })), 'ASK WATCH UNWATCH SAVE')
      assert.equal(talk.rows().at(-1)?._tag, 'RunDropped')
      talk.restart()
      talk.tell(recordDeleted())
      assert.equal(talk.status(), 'ABSENT')
    },
  },
]
