/** core/container/interrupt.ts: better news of the exit, a sign of somebody else at work, the end of an attempt's time. */
import assert from 'node:assert/strict'
import { expire } from '../../../../core/container/interrupt.ts'
import type { HandlingPhase } from '../../../../core/container/phase.ts'
import { inHandling } from '../../../../core/container/phase.ts'
import { callId, millis } from '../../../../core/ids.ts'
import { defaultPolicy } from '../../../../core/policy.ts'
import { lookup } from '../../../../core/table.ts'
import { c, conversation } from '../../../support/conversation.ts'
import { exited, taskCreated, taskDeleted } from '../../../support/facts.ts'
import { created, deleted, durable, failed, gone, notFound, stopped } from '../../../support/outcomes.ts'
import { phaseNames, phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const end = 'SAVE STOP EMIT(STOPPED,c,s)'

/** The phases in which an attempt is under way, and what is left in flight when its time is up. */
const attempts = [
  ['Loading', 'BackingOff'],
  ['Killing', 'BackingOff (Kill)'],
  ['Deleting', 'BackingOff (Delete)'],
  ['Cleaning', 'BackingOff (CleanUp)'],
  ['Notifying', 'BackingOff'],
  ['Draining', 'BackingOff'],
] as const

export const cases: ReadonlyArray<Vector> = [
  ...attempts.flatMap(([from, to]): ReadonlyArray<Vector> => [
    {
      name: `interrupt: ${from}: after ten seconds the attempt is over`,
      run: () => {
        const talk = phases[from]()
        assert.equal(talk.pass(9_999), '')
        assert.equal(talk.pass(1), 'BO(c,1) SAVE')
        assert.equal(talk.phase(), to)
        assert.deepEqual(
          talk.rows().flatMap((row) => (row._tag === 'RunRecord' ? [row.lastError] : [])).at(-1),
          `Handling took longer than 10000 ms in ${from}`,
        )
      },
    },
  ]),
  ...(['Killing', 'Deleting', 'Cleaning'] as const).map((from): Vector => ({
    name: `interrupt: ${from}: by upstream's policy the call is cut off, and its late answer is nothing`,
    run: () => {
      const cut = { onHandlingTimeout: 'cancel' } as const
      const word = from === 'Killing' ? 'KILL' : from === 'Deleting' ? 'TD' : 'CLEAN'
      const talk = conversation({ policy: cut, script: { [word]: ['hang'], ...(from === 'Cleaning' ? { LOAD: [notFound] } : {}) } })
      talk.tell(exited(3, from === 'Cleaning' ? { pid: 0 } : {}))
      assert.equal(talk.pass(10_000), 'CUT BO(c,1) SAVE')
      assert.equal(talk.phase(), 'BackingOff')
      assert.equal(talk.answer(word, failed()), '')
    },
  })),
  ...phaseNames.map((name): Vector => ({
    name: `interrupt: ${name}: the end of an attempt's time is a failure in any phase of a handling`,
    run: () => {
      const container = lookup(c, phases[name]().state().containers)
      const run = container?.runs[0]
      if (container === undefined || run === undefined || !inHandling(run.phase)) return
      const phase: HandlingPhase = run.phase
      const ctx = { policy: defaultPolicy, at: millis(99_000), container, call: callId(99), seq: 1, sandboxSaid: 'nothing' } as const
      const [next, effects] = expire(ctx, run, phase)
      assert.equal(next?.phase._tag, 'BackingOff')
      assert.ok(effects.some((effect) => effect._tag === 'SetTimer' && effect.call === 99 && effect.jitter))
    },
  })),
  {
    name: 'interrupt: better word of an exit that is on disk is written at once, and again before anything is destroyed; rule 1',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang'], SAVE: [durable, 'hang'] } })
      talk.tell(exited(137, { pid: 0 }))
      assert.equal(talk.tell(exited(3, { ns: 9 })), 'SAVE...')
      assert.equal(talk.answer('LOAD', stopped(3, 9)), `SAVE KILL TD ${end}`)
      assert.equal(talk.status(), 'EXITED 3 @9 Error')
      assert.equal(talk.answer('SAVE', failed()), '')
    },
  },
  {
    name: 'interrupt: rule 3: once the status is being written, better word comes too late',
    run: () => {
      const talk = conversation({ script: { LOAD: [notFound], SAVE: [durable, 'hang'] } })
      talk.tell(exited(137, { pid: 0 }))
      assert.equal(talk.phase(), 'Recording')
      assert.equal(talk.tell(exited(3, { ns: 9 })), '')
      talk.answer('SAVE', durable)
      assert.equal(talk.status(), 'EXITED 137 @7 Error')
    },
  },
  {
    name: 'interrupt: a delete by others makes what was seen of the task old',
    run: () => {
      const talk = conversation({ script: { KILL: ['hang'] } })
      talk.tell(exited(3))
      assert.equal(talk.tell(taskDeleted(3)), '')
      assert.equal(talk.answer('KILL', gone), `LOAD CLEAN ${end}`)
    },
  },
  ...(['Notifying', 'Killing', 'Draining'] as const).map((from): Vector => ({
    name: `interrupt: ${from}: a task that appears under the id is looked at before anything more is destroyed; rule 4`,
    run: () => {
      const talk = phases[from]()
      talk.next({ LOAD: [created(43)] })
      assert.equal(talk.tell(taskCreated(43)), '')
      const said = from === 'Killing'
        ? talk.answer('KILL', gone)
        : from === 'Draining'
        ? talk.answer('DRAIN', { _tag: 'Drained' })
        : talk.answer('NRI', { _tag: 'Delivered' })
      assert.equal(said.replace(' CLOSE', ''), `LOAD ${end}`)
    },
  })),
  {
    name: 'interrupt: Loading: a look that was under way when a task appeared is made again; rule 4',
    run: () => {
      const talk = phases.Loading()
      talk.next({ LOAD: ['hang'] })
      assert.equal(talk.tell(taskCreated(43)), 'LOAD')
      assert.equal(talk.answer('LOAD', stopped(3, 7)), '')
      assert.equal(talk.answer('LOAD', created(43)), end)
    },
  },
  ...(['Recorded (disk)', 'Recorded (grace)', 'Recorded (slot)', 'Recording', 'Deleting', 'Cleaning'] as const).map((from): Vector => ({
    name: `interrupt: ${from}: a task that appears under the id does not move it`,
    run: () => {
      const talk = phases[from]()
      assert.equal(talk.tell(taskCreated(43)), '')
      assert.equal(talk.phase(), from)
    },
  })),
  {
    name: 'interrupt: a task that was deleted for us before the last write failed is not looked for again, whoever appears',
    run: () => {
      const talk = conversation({ script: { SAVE: [durable, failed()], TD: [deleted(3, 7)] } })
      talk.tell(exited(3))
      assert.equal(talk.tell(taskCreated(43)), '')
      assert.equal(talk.wake(), end)
    },
  },
]
