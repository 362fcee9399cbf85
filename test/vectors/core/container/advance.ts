/** core/container/advance.ts: the one place that decides what a handling does next. */
import assert from 'node:assert/strict'
import { lookup } from '../../../../core/table.ts'
import type { SandboxRecord } from '../../../../core/record.ts'
import { sandboxKey } from '../../../../core/ids.ts'
import { conversation, metadata } from '../../../support/conversation.ts'
import { exited, listing, sandboxExited, sandboxStarted } from '../../../support/facts.ts'
import { deleted, failed, running, stopped } from '../../../support/outcomes.ts'
import type { Vector } from '../../../support/property.ts'

const pause = { sandboxId: undefined, kind: 'sandbox', ownPidNamespace: false } as const

/** Everything on or off: the steps that have something to do, in their order. */
const orders: ReadonlyArray<readonly [nri: boolean, io: boolean, own: boolean, said: string]> = [
  [false, false, true, 'SAVE TD SAVE'],
  [false, false, false, 'SAVE KILL TD SAVE'],
  [true, false, true, 'SAVE NRI TD SAVE'],
  [true, false, false, 'SAVE NRI KILL TD SAVE'],
  [false, true, true, 'SAVE DRAIN TD CLOSE SAVE'],
  [false, true, false, 'SAVE KILL DRAIN TD CLOSE SAVE'],
  [true, true, true, 'SAVE NRI DRAIN TD CLOSE SAVE'],
  [true, true, false, 'SAVE NRI KILL DRAIN TD CLOSE SAVE'],
]

export const cases: ReadonlyArray<Vector> = [
  ...orders.map(([nri, io, ownPidNamespace, said]): Vector => ({
    name: `advance: NRI ${nri ? 'on' : 'off'}, IO ${io ? 'on' : 'off'}, ${ownPidNamespace ? 'own' : 'shared'} pid namespace: ${said}`,
    run: () => {
      const talk = conversation({ policy: { nri, io }, metadata: { ...metadata, ownPidNamespace } })
      assert.equal(talk.tell(exited(0)), `${said} STOP EMIT(STOPPED,c,s)`)
    },
  })),
  {
    name: 'advance: the deadline of an attempt is set when it begins, and gone when it ends',
    run: () => {
      const talk = conversation({ script: { TD: [failed()] } })
      talk.tell(exited(3))
      talk.pass(1_000)
      assert.equal(talk.told().length, 1)
      assert.equal(talk.pass(60_000), '')
    },
  },
  {
    name: "advance: the exit of a pause container is written as its sandbox's too, and told under its id",
    run: () => {
      const talk = conversation({ metadata: pause })
      assert.equal(talk.tell(exited(3)), 'SAVE KILL TD SAVE STOP EMIT(STOPPED,c,c)')
      assert.deepEqual(
        talk.rows().filter((row): row is SandboxRecord => row._tag === 'SandboxRecord').map(({ id, exit }) => [id, exit.code]),
        [['c', 3]],
      )
    },
  },
  {
    name: "advance: the exit of the sandbox that a pause container is: handled as the container's, with one STOPPED",
    run: () => {
      const talk = conversation({ metadata: pause, script: { LOAD: [stopped(3, 7)], TD: [deleted(3, 7)] } })
      assert.equal(talk.tell(sandboxExited(3, 'c')), 'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,c)')
      assert.equal(talk.tell(exited(3)), '')
      assert.equal(talk.told().length, 1)
      assert.equal(lookup(sandboxKey('ns', 'c'), talk.state().sandboxes), undefined)
    },
  },
  {
    name: 'advance: a failure keeps what is known of the task out of the next attempt: it begins with a look',
    run: () => {
      const talk = conversation({ script: { TD: [failed('Other', 'busy')] } })
      talk.tell(exited(3))
      assert.match(talk.wake(), /^LOAD TD/)
      assert.deepEqual(
        talk.rows().flatMap((row) => (row._tag === 'RunRecord' ? [[row.attempts, row.lastError, row.standing]] : [])),
        [[0, undefined, 'open'], [1, 'busy', 'open'], [1, 'busy', 'closed']],
      )
    },
  },
  {
    name: 'advance: a false exit that is withdrawn frees its slot',
    run: () => {
      const talk = conversation({ policy: { maxHandlings: 1 }, script: { LOAD: [running()] } })
      talk.tell(exited(3, { pid: 0 }))
      assert.equal(talk.phase(), 'Running')
      assert.equal(talk.state().slots.inFlight, 0)
      talk.tell(listing({ containers: { c: metadata }, tasks: { c: running() } }))
      assert.match(talk.tell(exited(4, { ns: 9 })), /EMIT/)
    },
  },
  {
    name: 'advance: a sandbox that was announced by itself before anybody knew its pause container: seen to, and not announced again',
    run: () => {
      const talk = conversation({ from: 'nothing', metadata: pause, script: { LOAD: [stopped(3, 7)], TD: [deleted(3, 7)] } })
      assert.equal(talk.tell(sandboxStarted('c')), 'WATCH')
      assert.equal(talk.tell(sandboxExited(3, 'c')), 'SAVE STOP EMIT(STOPPED,c,c)')
      assert.equal(talk.tell(listing({ containers: { c: pause }, tasks: { c: stopped(3, 7) } })), 'SAVE LOAD KILL TD SAVE')
      assert.equal(talk.phase(), 'Exited')
      assert.equal(talk.told().length, 1)
    },
  },
]
