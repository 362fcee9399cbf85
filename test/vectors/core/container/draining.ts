/** core/container/draining.ts: attached IO is drained, bounded, and closed on every path. */
import assert from 'node:assert/strict'
import { conversation } from '../../../support/conversation.ts'
import { exited } from '../../../support/facts.ts'
import { drained, failed, notFound, running } from '../../../support/outcomes.ts'
import { move } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const rest = 'TD CLOSE SAVE STOP EMIT(STOPPED,c,s)'

export const cases: ReadonlyArray<Vector> = [
  move('draining: done', 'Draining', (talk) => talk.answer('DRAIN', drained), rest, 'Exited'),
  move('draining: not done in time: the handling goes on', 'Draining', (talk) => talk.answer('DRAIN', failed('TimedOut')), rest, 'Exited'),
  {
    name: 'draining: took the whole attempt: not waited for again',
    run: () => {
      const talk = conversation({ policy: { io: true }, script: { DRAIN: ['hang'] } })
      talk.tell(exited(3))
      assert.equal(talk.pass(10_000), 'BO(c,1) SAVE')
      assert.equal(talk.wake(), `LOAD ${rest}`)
    },
  },
  {
    name: "draining: closed on every path: the task gone, somebody else's by now, or out of reach",
    run: () => {
      for (
        const [outcome, said] of [
          [notFound, 'SAVE LOAD DRAIN CLEAN CLOSE SAVE STOP EMIT(STOPPED,c,s)'],
          [running(43), 'SAVE LOAD DRAIN CLOSE SAVE STOP EMIT(STOPPED,c,s)'],
          [failed('Unavailable'), 'SAVE LOAD DRAIN CLOSE SAVE STOP EMIT(STOPPED,c,s) LOAD CLEAN SAVE'],
        ] as const
      ) {
        const talk = conversation({ from: 'known', policy: { io: true }, script: { LOAD: [outcome, notFound] } })
        assert.equal(talk.tell(exited(3)), said)
      }
    },
  },
]
