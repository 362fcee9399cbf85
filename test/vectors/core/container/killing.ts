/** core/container/killing.ts: all that the run left behind is killed. */
import assert from 'node:assert/strict'
import { conversation } from '../../../support/conversation.ts'
import { exited, taskCreated } from '../../../support/facts.ts'
import { created, failed, gone, stopped } from '../../../support/outcomes.ts'
import { move, phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const rest = 'TD SAVE STOP EMIT(STOPPED,c,s)'

export const cases: ReadonlyArray<Vector> = [
  move('killing: gone: on to the delete', 'Killing', (talk) => talk.answer('KILL', gone), rest, 'Exited'),
  move(
    'killing: failed: put off, and killed again then',
    'Killing',
    (talk) => `${talk.answer('KILL', failed())} / ${talk.wake()}`,
    `BO(c,1) SAVE / LOAD KILL ${rest}`,
    'Exited',
  ),
  move(
    'killing: takes the whole attempt: left in flight, and its answer ends the back-off; not killed again',
    'Killing',
    (talk) => `${talk.pass(10_000)} / ${talk.answer('KILL', gone)}`,
    `BO(c,1) SAVE / LOAD ${rest}`,
    'Exited',
  ),
  {
    name: 'killing: left out where the container had a pid namespace of its own: the kernel has done it',
    run: () => {
      const talk = conversation({ metadata: { sandboxId: 's', kind: 'container', ownPidNamespace: true } })
      assert.equal(talk.tell(exited(3)), 'SAVE TD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'killing: took longer than two seconds: the task is looked at again before it is deleted, and not killed twice',
    run: () => {
      const talk = phases.Killing()
      talk.pass(2_001)
      assert.equal(talk.answer('KILL', gone), `LOAD ${rest}`)
    },
  },
  {
    name: 'killing: somebody creates a task meanwhile: looked at before anything is deleted',
    run: () => {
      const talk = phases.Killing()
      assert.equal(talk.tell(taskCreated(43)), '')
      talk.next({ LOAD: [created(43)] })
      assert.equal(talk.answer('KILL', gone), 'LOAD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'killing: after a restart of the shell with this state, the task is asked for under the call of the Kill, and the answer decides',
    run: () => {
      const talk = phases.Killing()
      talk.next({ LOAD: [stopped(3, 7)] })
      assert.equal(talk.revive(), `LOAD KILL ${rest}`)
    },
  },
]
