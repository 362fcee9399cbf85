/**
 * V13 to V14 and V46 to V60: which container an event is about, and what an event about nobody costs. Sandboxes and images, V50 to V54
 * and V63 to V65, have files of their own; V66 to V69 are about envelopes, which the shell decodes.
 */
import assert from 'node:assert/strict'
import { millis } from '../../core/ids.ts'
import { decodeEvent } from '../../shell/containerd/decode_event.ts'
import { TaskExit } from '../../shell/proto/gen/containerd/event_types.ts'
import { conversation } from '../support/conversation.ts'
import { execExited, exited, oomed } from '../support/facts.ts'
import { rowVector } from '../support/first_attempt.ts'
import { counted, deleted, failed, notFound, notOurs, stopped } from '../support/outcomes.ts'
import type { Vector } from '../support/property.ts'

const happy = 'SAVE KILL TD SAVE STOP EMIT(STOPPED,c,s)'

export const cases: ReadonlyArray<Vector> = [
  ...([['V13', notFound], ['V49', notFound], ['V49', notOurs]] as const).map(([number, outcome]): Vector => ({
    name: `${number} D: an exit under an id that nobody knows costs one look at its record; ${outcome._tag}, and nothing else`,
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: [outcome] } })
      assert.equal(talk.tell(exited(0)), 'ASK')
      assert.equal(talk.finish(), '')
      assert.equal(talk.status(), 'ABSENT')
      assert.deepEqual(talk.rows(), [])
    },
  })),
  {
    name: 'V13 D: an exit under an id that nobody knew, of a container that is there and ours, is handled',
    run: () => {
      const talk = conversation({ from: 'nothing', script: { LOAD: [stopped(0)], TD: [deleted(0)] } })
      assert.equal(talk.tell(exited(0)), 'ASK SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.told().length, 1)
    },
  },
  {
    name: 'V14 D: the record cannot be read: put off with the exit in mind, and nothing else is asked for meanwhile',
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: [failed(), failed('Disconnected')], LOAD: [notFound] } })
      assert.equal(talk.tell(exited(3)), 'ASK BO(c,1)')
      assert.equal(talk.wake(), 'ASK BO(c,2)')
      assert.equal(talk.wake(), 'ASK SAVE LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 3 @7 Error')
    },
  },
  {
    name: 'V46 U: an exec of a running container exits: nothing',
    run: () => {
      const talk = conversation()
      assert.equal(talk.tell(execExited(9, 'exec1')), '')
      assert.equal(talk.status(), 'RUNNING 42')
    },
  },
  {
    name: 'V46 U: an exec of a container that nobody knows exits: nothing, not even a look',
    run: () => {
      const talk = conversation({ from: 'nothing' })
      assert.equal(talk.tell(execExited(9, 'exec1')), '')
    },
  },
  {
    name: 'V47 D: an id that is the beginning of another is another id (upstream: taken for it)',
    run: () => {
      const talk = conversation({ from: 'running', script: { ASK: [notFound] } })
      assert.equal(talk.tell(exited(0, { id: 'cc' })), 'ASK(cc)')
      assert.equal(talk.tell(execExited(0, '')), '')
      assert.equal(talk.status(), 'RUNNING 42')
    },
  },
  {
    name: 'V48 D: an event that names nobody is refused where it is read, with a word about it (upstream: retried for ever)',
    run: () => {
      const value = TaskExit.encode(TaskExit.create({ containerId: '', id: '', pid: 42 })).finish()
      const envelope = {
        timestamp: undefined,
        namespace: 'ns',
        topic: '/tasks/exit',
        event: { typeUrl: 'containerd.events.TaskExit', value },
      }
      assert.deepEqual(decodeEvent(envelope, millis(0)), {
        _tag: 'Undecodable',
        message: 'Cannot use event /tasks/exit in namespace ns: wanted an id, found none',
      })
    },
  },
  rowVector({
    name: 'V55 D: an OOM kill in a running container: written down, nothing announced, still running',
    tell: oomed(),
    said: 'SAVE',
    status: 'RUNNING 42 OOMKilled',
    later: '',
    told: '',
  }),
  rowVector({
    name: 'V55 H: a further one is no news and costs no write',
    tell: [oomed(), oomed()],
    said: 'SAVE',
    status: 'RUNNING 42 OOMKilled',
  }),
  {
    name: 'V56 D: an OOM kill that is told after the exit changes the reason, and listeners are told of the change (upstream: silent)',
    run: () => {
      const talk = conversation({ script: { MET: [counted(0)] } })
      assert.equal(talk.tell(exited(137)), `MET ${happy}`)
      assert.equal(talk.status(), 'EXITED 137 @7 Error')
      assert.equal(talk.tell(oomed()), 'SAVE EMIT(UPDATED,c,s)')
      assert.equal(talk.status(), 'EXITED 137 @7 OOMKilled')
      assert.deepEqual(talk.told().map(({ seq, reason, run: { generation } }) => [seq, reason, generation]), [[1, 'Error', 1], [
        2,
        'OOMKilled',
        1,
      ]])
    },
  },
  {
    name: 'V58 U: an OOM kill under an id that nobody knows: nothing, not even a look',
    run: () => {
      const talk = conversation({ from: 'nothing' })
      assert.equal(talk.tell(oomed()), '')
    },
  },
  rowVector({
    name: 'V59 D: the reason cannot be written: it is known all the same, and written later',
    script: { SAVE: [failed()] },
    tell: oomed(),
    said: 'SAVE! BO(c,1)',
    status: 'RUNNING 42 OOMKilled',
    later: 'SAVE',
  }),
  rowVector({
    name: 'V60 U: an OOM kill, then exit 137',
    tell: [oomed(), exited(137)],
    said: `SAVE ${happy}`,
    status: 'EXITED 137 @7 OOMKilled',
    told: 'STOPPED 137 OOMKilled',
  }),
]
