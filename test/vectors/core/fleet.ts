/** core/fleet.ts: what containers share: the cap on handlings, the sequence of announcements, and the graves of deleted ones. Rule 7. */
import assert from 'node:assert/strict'
import { size } from '../../../core/table.ts'
import { type Conversation, conversation } from '../../support/conversation.ts'
import { exited, listing, recordChanged, recordDeleted, started } from '../../support/facts.ts'
import { deleted, failed, notFound } from '../../support/outcomes.ts'
import { metadata } from '../../support/conversation.ts'
import type { Vector } from '../../support/property.ts'

const ids = ['d', 'e', 'f', 'g', 'h']

/** Containers d to h exit one after the other, with so many slots; each Delete hangs until the test answers it. */
const crowd = (maxHandlings: number): Conversation => {
  const talk = conversation({ policy: { maxHandlings }, script: { TD: ['hang', 'hang', 'hang', 'hang', 'hang'] } })
  ids.forEach((id, place) => talk.tell(started(100 + place, id)))
  ids.forEach((id, place) => talk.tell(exited(0, { id, pid: 100 + place })))
  return talk
}
const phasesOf = (talk: Conversation): string => ids.map((id) => talk.phase(id)).join(' ')

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'fleet: so many at a time and no more; who comes first is served first',
    run: () => {
      const talk = crowd(2)
      assert.equal(phasesOf(talk), 'Deleting Deleting Recorded (slot) Recorded (slot) Recorded (slot)')
      talk.answer('TD', deleted(0))
      assert.equal(phasesOf(talk), 'Exited Deleting Deleting Recorded (slot) Recorded (slot)')
      talk.answer('TD', deleted(0))
      talk.answer('TD', deleted(0))
      assert.equal(phasesOf(talk), 'Exited Exited Exited Deleting Deleting')
      assert.equal(talk.state().slots.inFlight, 2)
    },
  },
  {
    name: 'fleet: one that hangs gives its slot to the next after half a second, and takes none when its call ends',
    run: () => {
      const talk = crowd(1)
      talk.pass(499)
      assert.equal(phasesOf(talk), 'Deleting Recorded (slot) Recorded (slot) Recorded (slot) Recorded (slot)')
      talk.pass(1)
      assert.equal(phasesOf(talk), 'Deleting Deleting Recorded (slot) Recorded (slot) Recorded (slot)')
      assert.equal(talk.state().slots.inFlight, 1)
      talk.pass(20_000)
      assert.equal(phasesOf(talk).split('BackingOff').length - 1, 5)
      assert.equal(talk.state().slots.inFlight, 0)
      for (let place = 0; place < 5; place++) talk.answer('TD', deleted(0))
      assert.equal(phasesOf(talk), 'Exited Exited Exited Exited Exited')
      assert.equal(talk.state().slots.inFlight, 0)
    },
  },
  {
    name: 'fleet: every announcement has the next number, whatever the order in which deletes end',
    run: () => {
      const talk = crowd(5)
      for (const place of [4, 2, 0, 1, 0]) talk.answer('TD', deleted(0), place)
      assert.deepEqual(talk.told().map(({ seq, run: { id } }) => `${seq} ${id}`), ['1 h', '2 f', '3 d', '4 g', '5 e'])
      assert.equal(talk.state().nextSeq, 6)
    },
  },
  {
    name: 'fleet: one whose turn comes when it wants none any more is passed over',
    run: () => {
      const talk = crowd(1)
      talk.next({ ASK: [{ _tag: 'NotOurs' }] })
      talk.tell(recordChanged('e'))
      assert.equal(talk.phase('e'), '')
      talk.answer('TD', deleted(0))
      assert.equal(talk.phase('f'), 'Deleting')
    },
  },
  {
    name: 'fleet: a deleted container is remembered for five minutes, to know late repeats by, and then forgotten',
    run: () => {
      const talk = conversation()
      talk.tell(exited(3))
      talk.tell(recordDeleted())
      assert.equal(talk.tell(exited(3)), '')
      talk.pass(299_999)
      talk.tell(recordChanged('d'))
      assert.equal(size(talk.state().containers), 2)
      talk.pass(1)
      talk.tell(recordChanged('d'))
      assert.equal(size(talk.state().containers), 1)
    },
  },
  {
    name: 'fleet: one whose record is deleted while it is handled is remembered from the end of its handling',
    run: () => {
      const talk = conversation({ script: { TD: [failed()], ASK: [notFound] } })
      talk.tell(exited(3))
      talk.tell(recordDeleted())
      talk.pass(400_000)
      talk.tell(recordChanged('d'))
      assert.equal(talk.told().length, 1)
      assert.equal(size(talk.state().containers), 1)
    },
  },
  {
    name: 'fleet: an id that is used again is not forgotten with the one before it',
    run: () => {
      const talk = conversation()
      talk.tell(exited(3))
      talk.tell(recordDeleted())
      talk.tell(recordChanged())
      talk.tell(started(43))
      talk.pass(400_000)
      talk.tell(listing({ containers: { c: metadata }, tasks: { c: { _tag: 'Running', pid: 43 } } }))
      assert.equal(talk.status(), 'RUNNING 43')
      talk.next({ LOAD: [notFound] })
      talk.tell(exited(4, { pid: 43 }))
      assert.deepEqual(talk.told().map(({ run: { generation } }) => generation), [1, 2])
    },
  },
]
