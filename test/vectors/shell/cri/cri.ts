/** CRI beside a reaper: over a restart, with what was there before, and without holding anybody up. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import {
  callId,
  containerKey,
  defaultPolicy,
  initial,
  millis,
  nanos,
  type ReaperRecord,
  replayRecords,
  sandboxKey,
  step,
} from '../../../../core/index.ts'
import { makeCri } from '../../../../shell/cri/cri.ts'
import { memoryStore } from '../../../../shell/store/memory.ts'
import { ContainerEventResponse } from '../../../../shell/proto/gen/cri/runtime.ts'
import { criMachine, namespace } from '../../../support/cri/machine.ts'
import type { Vector } from '../../../support/property.ts'
import { settle, virtualClock } from '../../../support/virtual_clock.ts'
import type { Cri } from '../../../../shell/cri/cri.ts'

const types = ['CREATED', 'STARTED', 'STOPPED', 'DELETED']

/** What a listener without a socket is told. */
const toldBy = (cri: Cri): ReadonlyArray<string> => {
  const told: Array<string> = []
  cri.of(namespace)?.feed.listen({
    write: (bytes, taken) => {
      const { containerId, containerEventType } = ContainerEventResponse.decode(bytes)
      told.push(`${containerId} ${types[containerEventType] ?? ''}`)
      queueMicrotask(taken)
    },
    cut: () => assert.fail('it was cut off'),
  }, { _tag: 'LeftOff' })
  return told
}

const at = millis(1_700_000_000_000)
const run = { namespace, id: 'a', pid: 42, generation: 1 }
const said: ReaperRecord = {
  _tag: 'Announcement',
  seq: 1,
  type: 'CONTAINER_STOPPED',
  run,
  sandboxId: undefined,
  exitCode: 3,
  exitedAt: nanos(1_699_999_999_000_000_000n),
  reason: 'Error',
  attempts: 1,
  handlingMs: 5,
  at,
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'announcements of an earlier process are told again, with the same identity, and nothing else of it is news',
    run: async () => {
      const clock = virtualClock(at + 60_000)
      const cri = makeCri({ namespaces: [namespace], version: '1', clock })
      const records: ReadonlyArray<ReaperRecord> = [
        said,
        { ...said, seq: 2, run: { ...run, namespace: 'other' } },
        { ...said, seq: 3, type: 'CONTAINER_UPDATED' },
      ]
      const loaded = await cri.recall(memoryStore(records)).load()()
      assert.ok(E.isRight(loaded) && loaded.right.length === 3)
      const state = replayRecords('boot', loaded.right)
      const event = { _tag: 'TaskOomed', container: containerKey(namespace, 'zz'), at } as const
      cri.trace(event, [], state, state)
      const times: Array<bigint> = []
      cri.of(namespace)?.feed.listen({
        write: (bytes, taken) => {
          const { containerId, createdAt, containersStatuses } = ContainerEventResponse.decode(bytes)
          times.push(createdAt)
          assert.deepEqual([containerId, containersStatuses.map(({ exitCode, reason }) => [exitCode, reason])], ['a', [[3, 'Error']]])
          queueMicrotask(taken)
        },
        cut: () => assert.fail('it was cut off'),
      }, { _tag: 'LeftOff' })
      await settle()
      assert.deepEqual(times, [BigInt(at) * 1_000_000n])
    },
  },
  {
    name: 'what was there before the stream is no news; its exit is STARTED and STOPPED',
    run: async () => {
      const machine = criMachine({ clock: virtualClock() })
      const told = toldBy(machine.cri)
      await machine.adopt('old', { agoMs: 60_000, runs: true })
      await machine.adopt('idle', { agoMs: 60_000, runs: false })
      await machine.adopt('late', { runs: false })
      machine.list()
      machine.list()
      await settle()
      assert.deepEqual(told, ['late CREATED'], 'what was made since, and only the listing tells of, is news')
      assert.deepEqual(machine.cri.of(namespace)?.view.containers().map(({ id, state }) => `${id} ${state}`), [
        'old RUNNING',
        'idle CREATED',
        'late CREATED',
      ])
      machine.exit('old', 1)
      machine.start('idle')
      machine.remove('old')
      await settle()
      assert.deepEqual(told.slice(1), ['old STARTED', 'old STOPPED', 'idle STARTED', 'old DELETED'])
    },
  },
  {
    name: 'a sandbox of the sandbox store has its events too, and is the pod of its containers',
    run: async () => {
      const machine = criMachine({ clock: virtualClock() })
      const told = toldBy(machine.cri)
      const sandbox = sandboxKey(namespace, 'pod')
      machine.post({ _tag: 'SandboxStarted', sandbox, at })
      await machine.live('a', 0, { pod: 'pod' })
      machine.post({ _tag: 'SandboxExited', sandbox, code: 0, exitedAt: undefined, at })
      await settle()
      assert.deepEqual(told, ['pod CREATED', 'pod STARTED', 'a CREATED', 'a STARTED', 'a STOPPED', 'pod STOPPED'])
      const view = machine.cri.of(namespace)?.view.pod('pod')
      assert.deepEqual([view?.pod.state, view?.containers.map(({ id }) => id)], ['NOTREADY', ['a']])
    },
  },
  {
    name: 'namespaces are kept apart',
    run: async () => {
      const cri = makeCri({ namespaces: [namespace, 'build'], version: '1', clock: virtualClock() })
      const told = toldBy(cri)
      let state = initial('boot')
      const post = (event: Parameters<typeof cri.trace>[0]): void => {
        const [after, effects] = step(defaultPolicy)(event, state)
        cri.trace(event, effects, after, state)
        state = after
      }
      const metadata = { sandboxId: undefined, kind: 'container', ownPidNamespace: false } as const
      for (const home of ['build', namespace, 'elsewhere']) {
        const container = containerKey(home, 'x')
        post({ _tag: 'ContainerChanged', container, at })
        post({ _tag: 'ContainerSettled', container, call: callId(1), outcome: { _tag: 'Found', metadata }, at })
      }
      await settle()
      assert.deepEqual(told, ['x CREATED'])
      assert.deepEqual(cri.of('build')?.view.containers().map(({ id }) => id), ['x'])
      assert.equal(cri.of('elsewhere'), undefined)
    },
  },
  {
    name: 'what was removed leaves nothing behind in memory',
    run: async () => {
      const machine = criMachine({ clock: virtualClock() })
      for (let n = 0; n < 50; n++) {
        await machine.live(`c${n}`, 0, { pod: `p${n % 5}` })
        machine.remove(`c${n}`)
      }
      const served = machine.cri.of(namespace)
      assert.deepEqual([served?.view.containers(), served?.view.pods(), machine.cri.entries()], [[], [], 0])
    },
  },
]
