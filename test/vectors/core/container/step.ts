/** core/container/step.ts: what a fact, an answer or an observation means for a container, the first that is heard of it included. */
import assert from 'node:assert/strict'
import { callId, millis } from '../../../../core/ids.ts'
import type { ReaperEvent } from '../../../../core/event.ts'
import { lookup, size } from '../../../../core/table.ts'
import { c, conversation, metadata } from '../../../support/conversation.ts'
import { execExited, listing, oomed, recordDeleted, started, taskCreated, taskDeleted } from '../../../support/facts.ts'
import { counted, deleted, failed, gone, notFound, running, stopped } from '../../../support/outcomes.ts'
import { twoRuns } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const at = millis(0)
const call = callId(1)

/** What says nothing about a run or a record of a container that nobody knows. */
const idle: ReadonlyArray<ReaperEvent> = [
  oomed(),
  taskCreated(42),
  recordDeleted(),
  execExited(9, 'exec'),
  { _tag: 'ContainerSettled', container: c, call, at, outcome: notFound },
  { _tag: 'LoadSettled', container: c, call, at, outcome: running() },
  { _tag: 'WatchSettled', container: c, call, at, outcome: notFound },
  { _tag: 'OomKillsSettled', container: c, call, at, outcome: counted(1) },
  { _tag: 'NriSettled', container: c, call, at, outcome: failed() },
  { _tag: 'KillSettled', container: c, call, at, outcome: gone },
  { _tag: 'DrainSettled', container: c, call, at, outcome: failed() },
  { _tag: 'DeleteSettled', container: c, call, at, outcome: deleted(0) },
  { _tag: 'CleanUpSettled', container: c, call, at, outcome: notFound },
  { _tag: 'PersistSettled', owner: { _tag: 'Container', key: c }, call, at, outcome: failed() },
  { _tag: 'TimerFired', owner: { _tag: 'Container', key: c }, call, at },
]

export const cases: ReadonlyArray<Vector> = [
  ...idle.map((event): Vector => ({
    name: `step: ${event._tag} of a container that nobody knows is not worth remembering it for`,
    run: () => {
      const talk = conversation({ from: 'nothing' })
      assert.equal(talk.tell(event), '')
      assert.equal(size(talk.state().containers), 0)
    },
  })),
  {
    name: 'step: a start of a container that nobody knows: its record is read, and then its task watched',
    run: () => {
      const talk = conversation({ from: 'nothing' })
      assert.equal(talk.tell(started()), 'ASK WATCH')
      assert.equal(talk.status(), 'RUNNING 42')
    },
  },
  {
    name: 'step: a delete by others of a task that nobody knew, of a container that is there: its exit is announced, its shim looked for',
    run: () => {
      const talk = conversation({ from: 'nothing' })
      assert.equal(talk.tell(taskDeleted(3)), 'ASK SAVE LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 3 @7 Error')
    },
  },
  {
    name: 'step: a delete by others without a pid counts for the one open run',
    run: () => {
      const talk = conversation({ script: { LOAD: [notFound] } })
      assert.match(talk.tell(taskDeleted(3, { pid: 0 })), /^SAVE LOAD CLEAN SAVE STOP EMIT/)
    },
  },
  {
    name: 'step: a container that a listing shows and nobody knew: remembered, and its running task watched',
    run: () => {
      const talk = conversation({ from: 'nothing' })
      assert.equal(talk.tell(listing({ containers: { c: metadata }, tasks: { c: running() } })), 'WATCH')
      assert.equal(lookup(c, talk.state().containers)?.lookup._tag, 'Known')
    },
  },
  {
    name: 'step: a stopped task that a listing shows: the exit nobody told',
    run: () => {
      const talk = conversation({ from: 'nothing' })
      assert.equal(
        talk.tell(listing({ containers: { c: metadata }, tasks: { c: stopped(3, 7) } })),
        'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)',
      )
    },
  },
  {
    name: 'step: an OOM kill of a container whose record alone is known is nothing',
    run: () => assert.equal(conversation({ from: 'known' }).tell(oomed()), ''),
  },
  {
    name: 'step: a slot is given to the run that waits for one',
    run: () => {
      const talk = twoRuns()
      talk.next({ LOAD: [stopped(4, 9, 43)], TD: ['hang'] })
      talk.answer('TD', deleted(3, 7))
      assert.equal(talk.phase(), 'Deleting')
      assert.equal(talk.told().length, 1)
    },
  },
  {
    name: "step: a delete that names the pid is word of a live shim; one that names none is containerd's own",
    run: () => {
      for (const [pid, rank] of [[42, 'observed'], [0, 'synthesised']] as const) {
        const talk = conversation({ script: { LOAD: [notFound] } })
        talk.tell(taskDeleted(3, { pid }))
        assert.deepEqual(talk.rows().flatMap((row) => (row._tag === 'RunRecord' ? [row.exit?.rank] : [])), [rank, rank])
      }
    },
  },
]
