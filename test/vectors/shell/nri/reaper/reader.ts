/** containerd read for NRI: pods by their pause container or from the store, once; and everything, until it can be read. */
import assert from 'node:assert/strict'
import { makeReader } from '../../../../../shell/nri/reaper/reader.ts'
import { Container } from '../../../../../shell/proto/gen/containerd/containers.ts'
import { Process, Status } from '../../../../../shell/proto/gen/containerd/task.ts'
import { Sandbox } from '../../../../../shell/proto/gen/containerd/types.ts'
import { failed, fails, fakeContainerd, inTurn, succeeds } from '../../../../support/fake_containerd.ts'
import { listedState } from '../../../../support/nri/listed_state.ts'
import type { Vector } from '../../../../support/property.ts'
import { testEnv } from '../../../../support/shell_env.ts'
import { settle } from '../../../../support/virtual_clock.ts'

const container = (id: string, fields: Partial<Parameters<typeof Container.fromPartial>[0]> = {}) =>
  Container.fromPartial({ id, ...fields })
const pause = container('s1', { labels: new Map([['io.cri-containerd.kind', 'sandbox'], ['io.kubernetes.pod.name', 'shop']]) })
const records = [pause, container('lone'), container('in-pod', { sandbox: 's1' }), container('in-store', { sandbox: 's2' })]
const stored = [Sandbox.fromPartial({ sandboxId: 's2', labels: new Map([['io.kubernetes.pod.name', 'cart']]) })]
const tasks = [Process.fromPartial({ id: 'lone', pid: 42, status: Status.RUNNING })]

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'reader: a pod is its pause container, or in the store, or nothing but an id; what is found is remembered',
    run: async () => {
      const containerd = fakeContainerd({
        containerGet: (_, id) => (id === 's1' ? succeeds(pause) : fails(failed('NotFound'))),
        sandboxList: () => succeeds(stored),
      })
      const reader = makeReader(testEnv({ containerd }))
      const names = [await reader.pod('ci', 's1'), await reader.pod('ci', 's2'), await reader.pod('ci', 's3'), await reader.pod('ci', 's1')]
      assert.deepEqual(names.map(({ id, name }) => [id, name]), [['s1', 'shop'], ['s2', 'cart'], ['s3', ''], ['s1', 'shop']])
      assert.equal(containerd.count('containerGet'), 3)
      reader.forgetPod('ci', 's1')
      await reader.pod('ci', 's1')
      assert.equal(containerd.count('containerGet'), 4)
      assert.equal(await reader.container('ci', 'none'), undefined)
    },
  },
  {
    name: 'reader: everything: pods of all kinds, every container in one of them, pause containers in none',
    run: async () => {
      const containerd = fakeContainerd({
        containerList: () => succeeds(records),
        taskList: () => succeeds(tasks),
        sandboxList: () => succeeds(stored),
      })
      const { pods, containers } = await makeReader(testEnv({ containerd })).snapshot(() => listedState([['ci', 'lone']]))
      assert.deepEqual(pods.map(({ id, name }) => [id, name]).sort(), [['lone', 'lone'], ['s1', 'shop'], ['s2', 'cart']])
      assert.deepEqual(containers.map(({ id, podSandboxId, state, pid }) => [id, podSandboxId, state, pid]), [
        ['lone', 'lone', 3, 42],
        ['in-pod', 's1', 1, 0],
        ['in-store', 's2', 1, 0],
      ])
    },
  },
  {
    name: 'reader: a containerd that is away is asked again until it is back, or the end; one without a sandbox store has none',
    run: async () => {
      const list = inTurn(fails(failed('Disconnected')), fails(failed('Disconnected')), succeeds(records.slice(1, 2)))
      const containerd = fakeContainerd({ containerList: () => list, taskList: () => succeeds([]) })
      const env = testEnv({ containerd })
      const found = makeReader(env).snapshot(() => listedState([]))
      await settle()
      await env.clock.run(2_000)
      assert.deepEqual((await found).containers.map(({ id }) => id), ['lone'])
      const away = testEnv({ containerd: fakeContainerd({}) })
      const ended = makeReader(away).snapshot(() => listedState([]))
      await settle()
      away.end()
      assert.deepEqual(await ended, { pods: [], containers: [] })
    },
  },
]
