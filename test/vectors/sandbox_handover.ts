/** A pause container and the machine of its sandbox: whichever tells of the end, it is told once, and not lost when a write fails. */
import assert from 'node:assert/strict'
import type { Metadata } from '../../core/metadata.ts'
import { size } from '../../core/table.ts'
import { type Conversation, conversation } from '../support/conversation.ts'
import { exited, listing, recordDeleted, sandboxExited, sandboxStarted, started } from '../support/facts.ts'
import { durable, failed, found, notFound, waited } from '../support/outcomes.ts'
import type { Vector } from '../support/property.ts'

const pause: Metadata = { sandboxId: undefined, kind: 'sandbox', ownPidNamespace: true }

/** The sandbox is heard of and ends before its pause container's record is read. */
const endedUnread = (write: 'hang' | ReturnType<typeof failed>): Conversation => {
  const talk = conversation({ from: 'nothing', metadata: pause, script: { ASK: ['hang'], SAVE: [write] } })
  talk.tell(sandboxStarted('c'), started(), sandboxExited(3, 'c'))
  talk.answer('ASK', found(pause))
  return talk
}
const stopped = (talk: Conversation): ReadonlyArray<number> => talk.told().map(({ exitCode }) => exitCode)

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'pause: the write of its sandbox failed, so the pause container tells of the end, and the sandbox does not try again',
    run: () => {
      const talk = endedUnread(failed())
      talk.tell(exited(3))
      assert.deepEqual(stopped(talk), [3])
      assert.equal(talk.finish(), '')
      assert.deepEqual(stopped(talk), [3])
    },
  },
  ...([durable, failed()] as const).map((outcome): Vector => ({
    name: `pause: while the end of its sandbox is being written the pause container waits (${outcome._tag}); told once`,
    run: () => {
      const talk = endedUnread('hang')
      talk.tell(exited(3))
      assert.equal(talk.phase(), 'BackingOff')
      assert.deepEqual(stopped(talk), [])
      talk.answer('SAVE', outcome)
      talk.finish()
      assert.equal(talk.phase(), 'Exited')
      assert.deepEqual(stopped(talk), [3])
    },
  })),
  {
    name: 'pause: a record without a run tells of no end, so the sandbox goes on being followed, and its end is told',
    run: () => {
      const talk = conversation({ from: 'nothing', metadata: pause })
      const listed = listing({ containers: { c: pause }, sandboxes: ['c'] })
      talk.tell(sandboxStarted('c'), listed, listed)
      talk.tell(sandboxExited(3, 'c'))
      assert.deepEqual(stopped(talk), [3])
    },
  },
  {
    name: 'pause: a sandbox that was announced, and started late once more, is announced: its pause container says nothing',
    run: () => {
      const talk = conversation({ from: 'nothing', metadata: pause, script: { ASK: ['hang'] } })
      talk.tell(sandboxStarted('c'), started(), sandboxExited(3, 'c'))
      talk.tell(sandboxStarted('c'))
      talk.answer('ASK', found(pause))
      talk.tell(exited(3))
      assert.equal(talk.phase(), 'Exited')
      assert.deepEqual(stopped(talk), [3])
    },
  },
  {
    name: 'pause: one whose record was gone before it was read stands for its sandbox: a late start of that is not another end',
    run: () => {
      const talk = conversation({ from: 'nothing', metadata: pause, script: { ASK: ['hang'], POD: [notFound] } })
      talk.tell(started(), recordDeleted(), exited(3))
      assert.deepEqual(stopped(talk), [3])
      assert.equal(talk.tell(sandboxStarted('c')), '')
      assert.deepEqual(stopped(talk), [3])
    },
  },
  {
    name: 'pause: one whose record was gone before it was read, its sandbox still followed: a listing lets go of that, told once',
    run: () => {
      const talk = conversation({ from: 'nothing', metadata: pause, script: { ASK: ['hang', 'hang'], POD: ['hang', 'hang'] } })
      talk.tell(sandboxStarted('c'), started(), recordDeleted(), exited(3))
      assert.deepEqual(stopped(talk), [3])
      talk.answer('POD', waited(3, 7))
      talk.tell(listing({ sandboxes: ['c'] }))
      talk.tell(sandboxExited(3, 'c'))
      talk.finish()
      assert.deepEqual(stopped(talk), [3])
      assert.equal(size(talk.state().sandboxes), 0)
    },
  },
  {
    name: 'pause: its sandbox was announced and its record is gone: that end was the one of its run, and the next run ends by itself',
    run: () => {
      const talk = conversation({ from: 'nothing', metadata: pause, script: { ASK: ['hang', notFound], POD: ['hang'] } })
      talk.tell(sandboxStarted('c'), started(), sandboxExited(3, 'c'), recordDeleted(), exited(3))
      assert.deepEqual(stopped(talk), [3])
      talk.tell(started(43))
      talk.tell(exited(4, { pid: 43, ns: 9 }))
      assert.deepEqual(stopped(talk), [3, 4])
    },
  },
  {
    name: 'pause: told and forgotten between two listings: its sandbox is not missed, and no second end of it is told',
    run: () => {
      const talk = conversation({ from: 'nothing', metadata: pause, script: { ASK: [found(pause)], POD: ['hang'] } })
      talk.tell(sandboxStarted('c'), started(), exited(3), recordDeleted())
      talk.pass(300_000)
      for (let listings = 0; listings < 2; listings += 1) {
        talk.tell(recordDeleted('d'), listing({ sandboxes: [] }))
        talk.pass(10_000)
      }
      assert.deepEqual(stopped(talk), [3])
    },
  },
]
