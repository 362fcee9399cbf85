/** core/container/recording.ts: status and announcement are being written, in one write. Rule 2. */
import assert from 'node:assert/strict'
import { type Conversation, conversation } from '../../../support/conversation.ts'
import { exited, oomed } from '../../../support/facts.ts'
import { durable, failed, notFound } from '../../../support/outcomes.ts'
import { move, phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  move('recording: on disk: released', 'Recording', (talk) => talk.answer('SAVE', durable), 'STOP EMIT(STOPPED,c,s)', 'Exited'),
  move(
    'recording: not on disk: nobody hears of it, and it is tried again',
    'Recording',
    (talk) => talk.answer('SAVE', failed()),
    'BO(c,1)',
    'BackingOff',
  ),
  {
    name: 'recording: status and announcement are two rows of one write',
    run: () => {
      const talk = conversation()
      talk.tell(exited(3))
      assert.deepEqual(talk.rows().slice(-2).map((row) => (row._tag === 'RunRecord' ? row.standing : row._tag)), ['closed', 'Announcement'])
    },
  },
  {
    name: 'recording: a write that failed is made again for ever, and is all that is left to do',
    run: () => {
      const talk = phases.Recording()
      talk.next({ SAVE: [failed(), failed()] })
      assert.equal(talk.answer('SAVE', failed()), 'BO(c,1)')
      assert.equal(talk.finish(), 'SAVE! BO(c,2) SAVE! BO(c,4) SAVE STOP EMIT(STOPPED,c,s)')
      assert.deepEqual(talk.told().map(({ attempts, run }) => [attempts, run.pid]), [[4, 42]])
    },
  },
  {
    name: 'recording: a better exit that is told meanwhile comes too late if the write succeeds, and counts if it fails',
    run: () => {
      const recordingOf255 = (): Conversation => {
        const talk = conversation({ script: { LOAD: [notFound], SAVE: [durable, 'hang'] }, policy: { inferredGraceMs: 0 } })
        talk.answer('WATCH', notFound)
        assert.equal(talk.phase(), 'Recording')
        assert.equal(talk.tell(exited(3)), '')
        return talk
      }
      const written = recordingOf255()
      written.answer('SAVE', durable)
      const failing = recordingOf255()
      failing.answer('SAVE', failed())
      failing.finish()
      assert.deepEqual([written, failing].map((talk) => [talk.status(), ...talk.told().map(({ exitCode }) => exitCode)]), [
        ['EXITED 255 @1000000000 Unknown', 255],
        ['EXITED 3 @7 Error', 3],
      ])
    },
  },
  {
    name: "recording: holds no slot: a disk that does not answer delays no other container's delete",
    run: () => {
      const talk = conversation({ policy: { maxHandlings: 1 }, script: { SAVE: [durable, 'hang'] } })
      talk.tell(exited(3))
      assert.equal(talk.phase(), 'Recording')
      talk.tell(exited(0, { id: 'd', pid: 7 }))
      assert.equal(talk.phase('d'), 'Exited')
    },
  },
  {
    name: 'recording: an OOM kill that is told meanwhile waits until STOPPED is out, and then listeners are told of the change',
    run: () => {
      const talk = phases.Recording()
      assert.equal(talk.tell(oomed()), 'BO(c,1)')
      assert.equal(talk.answer('SAVE', durable), 'STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.wake(), 'SAVE EMIT(UPDATED,c,s)')
      assert.deepEqual(talk.told().map(({ seq, reason }) => [seq, reason]), [[1, 'Error'], [2, 'OOMKilled']])
    },
  },
  {
    name: 'recording: after a restart of the shell with this state the same write is made again, under the same number',
    run: () => {
      const talk = phases.Recording()
      assert.equal(talk.revive(), 'SAVE STOP EMIT(STOPPED,c,s)')
      assert.deepEqual(talk.told().map(({ seq }) => seq), [1])
    },
  },
]
