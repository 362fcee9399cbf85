/** core/container/dropping.ts: the rows of what turned out not to be ours are withdrawn, however often that fails. Rule 10. */
import assert from 'node:assert/strict'
import { size } from '../../../../core/table.ts'
import { type Conversation, conversation, metadata } from '../../../support/conversation.ts'
import { exited, recordChanged, recordDeleted } from '../../../support/facts.ts'
import { durable, failed, found, notFound, notOurs } from '../../../support/outcomes.ts'
import { phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

/** Its exit is on disk when its labels change, and the disk is full. */
const disowned = (): Conversation => {
  const talk = phases.BackingOff()
  talk.next({ ASK: [notOurs], SAVE: [failed()] })
  assert.equal(talk.tell(recordChanged()), 'ASK SAVE! BO(c,1)')
  return talk
}
const lastRow = (talk: Conversation): string | undefined => talk.rows().at(-1)?._tag

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'dropping: a write that fails is made again until it succeeds; after that a restart knows of nothing',
    run: () => {
      const talk = disowned()
      talk.next({ SAVE: [failed()] })
      assert.equal(talk.finish(), 'SAVE! BO(c,2) SAVE')
      assert.equal(lastRow(talk), 'RunDropped')
      assert.equal(talk.restart(), '')
      assert.deepEqual(talk.told(), [])
    },
  },
  {
    name: 'dropping: also of a run whose exit could not be written, for the row that says that it runs is on disk',
    run: () => {
      const talk = conversation({ policy: { recordRunning: true }, script: { SAVE: [durable, failed()], ASK: [notOurs] } })
      assert.equal(talk.tell(exited(3)), 'SAVE! BO(c,1)')
      talk.tell(recordChanged())
      assert.equal(lastRow(talk), 'RunDropped')
      talk.restart()
      assert.equal(talk.status(), 'ABSENT')
    },
  },
  {
    name: 'dropping: also when its record is deleted meanwhile, and after a while it is forgotten',
    run: () => {
      const talk = disowned()
      assert.equal(talk.tell(recordDeleted()), '')
      talk.finish()
      assert.equal(lastRow(talk), 'RunDropped')
      assert.equal(size(talk.state().containers), 1)
      talk.pass(300_000)
      talk.tell(recordDeleted('d'))
      assert.equal(size(talk.state().containers), 0)
    },
  },
  {
    name: 'dropping: also when it is ours again before that, for its run is looked for anew',
    run: () => {
      const talk = disowned()
      talk.next({ ASK: [found(metadata)], LOAD: [notFound], SAVE: [failed()] })
      talk.tell(recordChanged())
      talk.finish()
      assert.ok(talk.rows().some(({ _tag }) => _tag === 'RunDropped'))
      assert.deepEqual(talk.told(), [])
    },
  },
  {
    name: 'dropping: what was owed by a state is owed after a restart with it',
    run: () => {
      const talk = disowned()
      assert.match(talk.revive(), /GRACE\(0\)/)
      talk.finish()
      assert.equal(lastRow(talk), 'RunDropped')
    },
  },
]
