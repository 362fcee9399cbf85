/** core/container/trail.ts: what was done about an exit rides in its rows, and outlives a restart. */
import assert from 'node:assert/strict'
import { millis } from '../../../../core/ids.ts'
import { entries, replayRecords } from '../../../../core/index.ts'
import type { RunRecord, TrailStep } from '../../../../core/record.ts'
import { walked } from '../../../../core/container/trail.ts'
import { handlingOf } from '../../../support/containers.ts'
import { type Conversation, conversation } from '../../../support/conversation.ts'
import { exited } from '../../../support/facts.ts'
import { counted, failed, stopped } from '../../../support/outcomes.ts'
import type { Vector } from '../../../support/property.ts'

const trailOf = (talk: Conversation): ReadonlyArray<TrailStep> => {
  const rows = talk.rows().filter((record): record is RunRecord => record._tag === 'RunRecord')
  return rows.at(-1)?.trail ?? []
}
const inWords = (trail: ReadonlyArray<TrailStep>): string =>
  trail.map(({ what, error }) => (error === undefined ? what : `${what}(${error})`)).join(' ')

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'trail: the last row of an exit tells every step, with its time',
    run: () => {
      const talk = conversation({ policy: { nri: true, io: true }, script: { MET: [counted(0)] } })
      talk.tell(exited(137))
      assert.equal(inWords(trailOf(talk)), 'count write notify kill drain delete')
      assert.ok(trailOf(talk).every(({ at }) => at === talk.now()))
    },
  },
  {
    name: 'trail: a failed attempt is there with its error, and the steps of the next behind it; also when the process died in between',
    run: () => {
      for (const dies of [false, true]) {
        const talk = conversation({ script: { KILL: [failed('Other', 'busy')], LOAD: [stopped(3, 7), stopped(3, 7)] } })
        talk.tell(exited(3))
        assert.equal(inWords(trailOf(talk)), 'write kill fail(busy)')
        if (dies) talk.restart()
        talk.finish()
        assert.equal(inWords(trailOf(talk)), 'write kill fail(busy) look kill delete')
      }
    },
  },
  {
    name: 'trail: a start that knows the time notes that it took the handling up',
    run: () => {
      const talk = conversation({ script: { KILL: [failed('Other', 'busy')] } })
      talk.tell(exited(3))
      const state = replayRecords('boot', talk.rows(), 0, millis(9_000))
      const [run] = entries(state.containers).flatMap(([, { runs }]) => runs)
      assert.ok(run?.phase._tag === 'BackingOff')
      assert.deepEqual(run.phase.handling.trail.at(-1), { what: 'resume', at: 9_000 })
    },
  },
  {
    name: 'trail: a call that outlives its attempt is waited for, and that is told',
    run: () => {
      const talk = conversation({ script: { TD: ['hang'] } })
      talk.tell(exited(3))
      talk.pass(15_000)
      assert.equal(inWords(trailOf(talk)), 'write kill delete fail(Handling took longer than 10000 ms in Deleting) wait wait')
    },
  },
  {
    name: 'trail: it is bounded, in steps and in text, and says that it was cut',
    run: () => {
      let handling = handlingOf()
      for (let n = 1; n <= 100; n++) handling = walked({ at: millis(n) }, handling, 'fail', 'x'.repeat(1_000))
      assert.equal(handling.trail.length, 24)
      assert.deepEqual(handling.trail[0], { what: 'cut', at: 77 })
      assert.deepEqual(handling.trail.slice(1).map(({ at }) => at), Array.from({ length: 23 }, (_, n) => 78 + n))
      assert.ok(handling.trail.every(({ error }) => error === undefined || error.length === 200))
      let short = handlingOf()
      for (let n = 1; n <= 24; n++) short = walked({ at: millis(n) }, short, 'look')
      assert.deepEqual(short.trail.map(({ at }) => at), Array.from({ length: 24 }, (_, n) => n + 1))
    },
  },
]
