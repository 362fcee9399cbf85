/** core/container/running.ts: a Wait is kept open for a task that is believed to run. A failed Wait is not an exit. Rule 11. */
import assert from 'node:assert/strict'
import { conversation, metadata } from '../../../support/conversation.ts'
import { exited, exitedSometime, listing, started, taskDeleted } from '../../../support/facts.ts'
import { counted, failed, found, notFound, running, waited } from '../../../support/outcomes.ts'
import type { Vector } from '../../../support/property.ts'

const happy = 'SAVE KILL TD SAVE STOP EMIT(STOPPED,c,s)'
const seen = listing({ containers: { c: metadata }, tasks: { c: running() } })

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'running: the Wait is opened once it is known that the container is ours, and only once',
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: ['hang'] } })
      assert.equal(talk.tell(started()), 'ASK')
      assert.equal(talk.answer('ASK', found(metadata)), 'WATCH')
      assert.equal(talk.tell(seen, started()), '')
    },
  },
  ...(['TimedOut', 'Unavailable', 'Unimplemented', 'Other', 'ShimClosed'] as const).map((reason): Vector => ({
    name: `running: the Wait fails (${reason}): opened again, ever more slowly`,
    run: () => {
      const talk = conversation()
      assert.equal(talk.answer('WATCH', failed(reason)), 'BO(c,1)')
      assert.equal(talk.wake(), 'WATCH')
      assert.equal(talk.answer('WATCH', failed(reason)), 'BO(c,2)')
      assert.equal(talk.status(), 'RUNNING 42')
      assert.deepEqual(talk.rows(), [])
    },
  })),
  {
    name: 'running: a listing that shows the task running opens a Wait that waits for its time',
    run: () => {
      const talk = conversation()
      talk.answer('WATCH', failed())
      assert.equal(talk.tell(seen), 'WATCH')
      assert.equal(talk.finish(), '')
    },
  },
  {
    name: 'running: an exit that is told while the Wait waits for its time: the timer is of no use any more',
    run: () => {
      const talk = conversation()
      talk.answer('WATCH', failed())
      assert.equal(talk.tell(exited(3)), happy)
      assert.equal(talk.finish(), '')
    },
  },
  {
    name: 'running: the Wait is not found, by a daemon that answers: the task is gone, and nobody says how',
    run: () => {
      const talk = conversation()
      assert.equal(talk.answer('WATCH', notFound), 'SAVE GRACE(7)')
      assert.equal(talk.status(), 'EXITED 255 @1000000000 Unknown')
    },
  },
  {
    name: 'running: without a wait for better word, by policy',
    run: () => {
      const talk = conversation({ policy: { inferredGraceMs: 0 }, script: { LOAD: [notFound] } })
      assert.equal(talk.answer('WATCH', notFound), 'SAVE LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
      assert.deepEqual(talk.told().map(({ exitCode, reason }) => [exitCode, reason]), [[255, 'Unknown']])
    },
  },
  {
    name: 'running: the shim is lost: the 137 that containerd then tells is one it made up; looked at first, and better word counts',
    run: () => {
      const talk = conversation({ script: { MET: [failed()], LOAD: ['hang'] } })
      talk.answer('WATCH', failed('ShimClosed'))
      assert.equal(talk.tell(exited(137)), 'MET SAVE LOAD')
      talk.tell(exited(3, { pid: 0 }))
      assert.match(talk.status(), /^EXITED 137/)
      assert.equal(talk.answer('LOAD', notFound), 'CLEAN SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'running: a delete by others tells of an exit that nobody has seen: the OOM counter is gone with the task',
    run: () => {
      const talk = conversation({ policy: { deleteGraceMs: 5_000 }, script: { LOAD: [notFound] } })
      assert.equal(talk.tell(taskDeleted(137)), 'SAVE LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 137 @7 Error')
    },
  },
  {
    name: 'running: only 137 is looked into',
    run: () => {
      for (const code of [0, 1, 136, 138, 255]) assert.equal(conversation().tell(exited(code)), happy)
      assert.equal(conversation({ script: { MET: [counted(0)] } }).tell(exited(137)), `MET ${happy}`)
    },
  },
  {
    name: 'running: an exit before 1970 or without a time took place when we heard of it',
    run: () => {
      const talk = conversation()
      talk.pass(500)
      talk.tell(exitedSometime(0))
      assert.equal(talk.status(), 'EXITED 0 @1500000000 Completed')
    },
  },
  {
    name: 'running: codes beyond 2^31 stay what they are',
    run: () => {
      const talk = conversation()
      talk.tell(exited(0xc0000005))
      assert.equal(talk.status(), 'EXITED 3221225477 @7 Error')
    },
  },
  {
    name: 'running: a row of a run that goes on is taken up by the first listing after a restart',
    run: () => {
      const talk = conversation()
      talk.answer('WATCH', failed())
      assert.equal(talk.revive(), 'GRACE(0)')
      assert.equal(talk.wake(), 'WATCH')
    },
  },
  {
    name: "running: the Wait that was opened for it ends with another run's exit: ours is looked for",
    run: () => {
      const talk = conversation({ script: { LOAD: [running()] } })
      assert.match(talk.answer('WATCH', waited(0, 9, 41)), /LOAD.* WATCH/)
      assert.match(talk.phase(), /^Running/)
    },
  },
  {
    name: 'running: word of an exit after the shim was lost is written down as made up',
    run: () => {
      const talk = conversation({ policy: { oomCheck: false }, script: { LOAD: [notFound] } })
      talk.answer('WATCH', failed('ShimClosed'))
      talk.tell(exited(137))
      assert.deepEqual(talk.rows().flatMap((row) => (row._tag === 'RunRecord' ? [row.exit?.rank] : [])), ['synthesised', 'synthesised'])
    },
  },
]
