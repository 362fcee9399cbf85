/** core/container/work.ts: a container in the middle of a step: its runs, their order, and what is remembered of those that are over. */
import assert from 'node:assert/strict'
import { lookup } from '../../../../core/table.ts'
import { c, conversation, metadata } from '../../../support/conversation.ts'
import { exited, listing, started } from '../../../support/facts.ts'
import { deleted, failed, notFound, stopped, unclear } from '../../../support/outcomes.ts'
import { twoRuns } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const lives = (count: number): ReturnType<typeof conversation> => {
  const talk = conversation({ from: 'known' })
  for (let pid = 1; pid <= count; pid++) {
    talk.tell(started(pid))
    talk.tell(exited(pid, { pid, ns: pid }))
  }
  return talk
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'work: every life has a generation of its own, and each is announced once, in order',
    run: () => {
      const talk = lives(3)
      assert.deepEqual(talk.told().map(({ seq, run: { pid, generation }, exitCode }) => [seq, pid, generation, exitCode]), [
        [1, 1, 1, 1],
        [2, 2, 2, 2],
        [3, 3, 3, 3],
      ])
    },
  },
  {
    name: 'work: of the runs that are over only the last is kept, and of the eight before it what a repeat is known by',
    run: () => {
      const talk = lives(12)
      const container = lookup(c, talk.state().containers)
      assert.equal(container?.runs.length, 1)
      assert.deepEqual(container?.closed.map(({ pid }) => pid), [5, 6, 7, 8, 9, 10, 11, 12])
      for (const pid of [5, 8, 12]) assert.equal(talk.tell(exited(pid, { pid, ns: pid })), '')
      assert.equal(talk.told().length, 12)
    },
  },
  {
    name: 'work: a run that is over makes room for the next at once',
    run: () => {
      const talk = lives(1)
      talk.tell(started(2))
      assert.equal(talk.phase(), 'Running')
      assert.equal(talk.tell(exited(1, { pid: 1, ns: 1 })), '')
    },
  },
  {
    name: 'work: a question that is open is not asked twice',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang'] } })
      assert.equal(talk.tell(listing({ containers: { c: metadata } })), 'LOAD')
      assert.equal(talk.tell(listing({ containers: { c: metadata } })), '')
      assert.equal(talk.answer('LOAD', notFound), 'SAVE GRACE(7)')
    },
  },
  ...[unclear, failed()].map((outcome): Vector => ({
    name: `work: a question that was not answered (${outcome._tag}) is asked again later, while somebody is believed to be alive`,
    run: () => {
      const talk = conversation({ script: { LOAD: [outcome, notFound] } })
      assert.match(talk.tell(listing({ containers: { c: metadata } })), /^LOAD BO\(c,\d+\)$/)
      assert.equal(talk.wake(), 'LOAD SAVE GRACE(7)')
    },
  })),
  {
    name: 'work: three runs at once: each waits for the one before it',
    run: () => {
      const talk = twoRuns()
      talk.tell(started(44))
      talk.tell(exited(5, { pid: 44, ns: 11 }))
      assert.equal(talk.phase(), 'BackingOff (Delete), Recorded (turn), Recorded (turn)')
      talk.next({ LOAD: [stopped(5, 11, 44), stopped(5, 11, 44)], TD: [deleted(5, 11)] })
      talk.answer('TD', deleted(3, 7))
      assert.deepEqual(talk.told().map(({ exitCode, run: { generation } }) => [generation, exitCode]), [[1, 3], [2, 4], [3, 5]])
      assert.equal(talk.phase(), 'Exited')
    },
  },
]
