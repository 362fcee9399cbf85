/** The write: what rides in it goes out once it is durable, and not at all when it is not. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import {
  type Announcement,
  callId,
  containerOwner,
  type Effect,
  millis,
  nanos,
  type ReaperRecord,
  type RunRecord,
} from '../../../../core/index.ts'
import { type StoreFailed, storeFailed } from '../../../../shell/errors.ts'
import { interpret } from '../../../../shell/interpret/interpret.ts'
import { memoryStore } from '../../../../shell/store/memory.ts'
import type { Store } from '../../../../shell/store/port.ts'
import { answered, atStart, call, run, web } from '../../../support/answered.ts'
import type { Vector } from '../../../support/property.ts'
import { testEnv } from '../../../support/shell_env.ts'
import { settle } from '../../../support/virtual_clock.ts'

const owner = containerOwner(web)
const said: Announcement = {
  _tag: 'Announcement',
  seq: 1,
  type: 'CONTAINER_STOPPED',
  run,
  sandboxId: undefined,
  exitCode: 3,
  exitedAt: nanos(5n),
  reason: 'Error',
  attempts: 1,
  handlingMs: 4,
  at: millis(9),
}
const record: RunRecord = {
  _tag: 'RunRecord',
  run,
  metadata: { sandboxId: undefined, kind: 'container', ownPidNamespace: true },
  exit: { code: 3, at: nanos(5n), rank: 'observed' },
  oomKilled: false,
  notified: false,
  attempts: 0,
  lastError: undefined,
  standing: 'open',
  at: millis(9),
}

const write = (records: ReadonlyArray<ReaperRecord> = [record, said], id = call): Effect => ({
  _tag: 'Persist',
  owner,
  call: id,
  records,
  release: [{ _tag: 'SignalStopped', announcement: said }, { _tag: 'EmitContainerEvent', announcement: said }],
})

const diskFull = storeFailed('append to the store', 'no space left on device')

/** A store whose writes end when the test says so. */
const slowStore = () => {
  const batches: Array<ReadonlyArray<ReaperRecord>> = []
  const ends: Array<(outcome: E.Either<StoreFailed, void>) => void> = []
  const store: Store<ReaperRecord> = {
    ...memoryStore<ReaperRecord>(),
    append: (batch) => () => {
      batches.push(batch)
      return new Promise((resolve) => ends.push(resolve))
    },
  }
  return { store, batches, ends }
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'persist: nothing is released while the write is on its way; once it is durable everything is, in order',
    run: async () => {
      const { store, ends } = slowStore()
      const env = testEnv({ store })
      const order: Array<string> = []
      const watched = {
        ...env,
        announce: () => void order.push('announced'),
        signalStopped: () => void order.push('signalled'),
      }
      const writing = interpret(write())(watched)()
      await settle()
      assert.deepEqual(order, [])
      ends[0]?.(E.right(undefined))
      assert.deepEqual(
        await writing,
        E.right([{ _tag: 'PersistSettled', owner, call, outcome: { _tag: 'Durable' }, at: atStart(env) }]),
      )
      assert.deepEqual(order, ['signalled', 'announced'])
    },
  },
  {
    name: 'persist: a write that fails releases nothing, and says that nothing will be deleted',
    run: async () => {
      const { store, ends } = slowStore()
      const env = testEnv({ store })
      const writing = answered(write(), env)
      ends[0]?.(E.left(diskFull))
      const [event] = await writing ?? []
      assert.ok(event?._tag === 'PersistSettled' && event.outcome._tag === 'Failed')
      assert.equal(event.outcome.message, 'Cannot append to the store: no space left on device')
      assert.deepEqual([env.announced, env.signalled], [[], []])
      assert.deepEqual(env.log.lines.map(({ level, msg }) => [level, msg]), [
        ['error', 'cannot write exits down: nothing is deleted until that works again'],
      ])
    },
  },
  {
    name: 'persist: batches reach the store in the order in which they were asked for, whole',
    run: async () => {
      const { store, batches, ends } = slowStore()
      const env = testEnv({ store })
      const writes = [1, 2, 3].map((n) => answered(write([{ ...said, seq: n }], callId(n)), env))
      assert.deepEqual(batches.map((batch) => batch.map((row) => row._tag === 'Announcement' ? row.seq : 0)), [[1], [2], [3]])
      for (const end of [...ends].reverse()) end(E.right(undefined))
      await Promise.all(writes)
    },
  },
  {
    name: 'persist: the end does not give up a write that is on its way',
    run: async () => {
      const { store, ends } = slowStore()
      const env = testEnv({ store })
      const writing = answered(write(), env)
      env.end()
      ends[0]?.(E.right(undefined))
      assert.equal((await writing)?.length, 1)
      assert.equal(env.announced.length, 1)
    },
  },
  {
    name: 'persist: a handling that was put off is said, with its attempts and its error',
    run: async () => {
      const env = testEnv()
      await answered(write([{ ...record, attempts: 2, lastError: 'Cannot call Tasks.Delete: x' }]), env)
      assert.deepEqual(env.log.lines, [{
        level: 'warn',
        msg: 'handling failed, will try again',
        fields: { namespace: 'ci', id: 'web', pid: 42, attempts: 2, error: 'Cannot call Tasks.Delete: x' },
      }])
      const quiet = testEnv()
      await answered(write([record, { ...record, attempts: 2, standing: 'closed' }, said, { _tag: 'RunDropped', run }]), quiet)
      assert.deepEqual(quiet.log.lines, [])
    },
  },
]
