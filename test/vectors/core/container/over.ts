/** core/container/over.ts: a run that has been announced, and the next one under its pid. */
import assert from 'node:assert/strict'
import { conversation, metadata } from '../../../support/conversation.ts'
import { exited, listing, oomed, started, taskCreated } from '../../../support/facts.ts'
import { deleted, failed, notFound, running, stopped } from '../../../support/outcomes.ts'
import { phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const seen = (ns: number) => listing({ containers: { c: metadata }, tasks: { c: stopped(4, ns) } })

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'over: while the shim of a run is looked for its pid is used again: what runs is another run, and is followed',
    run: () => {
      const talk = phases['Announced (Waiting)']()
      talk.next({ LOAD: [running()] })
      assert.equal(talk.tell(started()), 'LOAD WATCH')
      assert.equal(talk.phase(), 'Announced (Waiting), Running')
      talk.next({ LOAD: [stopped(4, 99)], TD: [deleted(4, 99)] })
      assert.equal(talk.tell(exited(4, { ns: 99 })), 'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.deepEqual(talk.told().map(({ run, exitCode }) => [run.generation, exitCode]), [[1, 3], [2, 4]])
    },
  },
  {
    name: 'over: a question that was asked before a run was announced is asked again: its answer may be that run, still alive',
    run: () => {
      const talk = conversation({ from: 'known', script: { LOAD: ['hang', failed('Unavailable'), failed(), notFound] } })
      talk.tell(started(), taskCreated(43))
      talk.tell(exited(3))
      assert.equal(talk.phase(), 'Announced (Waiting)')
      assert.equal(talk.answer('LOAD', running()), '')
      talk.finish()
      assert.equal(talk.phase(), 'Exited')
      assert.deepEqual(talk.told().map(({ run: { pid, generation } }) => [pid, generation]), [[42, 1]])
    },
  },
  {
    name: 'over: the shim of a run is looked for, and a task of its pid is found that ended later: not deleted without a word',
    run: () => {
      const talk = phases['Announced (Loading)']()
      assert.equal(talk.answer('LOAD', stopped(4, 99)), 'SAVE')
      talk.next({ LOAD: [stopped(4, 99), stopped(4, 99)], TD: [deleted(4, 99)] })
      talk.tell(seen(99))
      assert.deepEqual(talk.told().map(({ run, exitCode }) => [run.generation, exitCode]), [[1, 3], [2, 4]])
    },
  },
  {
    name: 'over: a task of its pid that ended no later than was announced is its own, left behind',
    run: () => {
      const talk = phases.Exited()
      talk.next({ LOAD: [stopped(4, 6), stopped(4, 6)], TD: [deleted(4, 6)] })
      assert.equal(talk.tell(seen(6)), 'LOAD LOAD TD SAVE')
      assert.equal(talk.told().length, 1)
    },
  },
  {
    name: 'over: an OOM kill that is told while it is written that nothing is owed does not say otherwise',
    run: () => {
      const talk = phases['Announced (Closing)']()
      talk.tell(oomed())
      const row = talk.rows().findLast(({ _tag }) => _tag === 'RunRecord')
      assert.equal(row?._tag === 'RunRecord' ? row.standing : undefined, 'closed')
    },
  },
]
