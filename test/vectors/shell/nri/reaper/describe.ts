/** Records as pods and containers: CRI's metadata where there is any, labels where there are any, ids where there is nothing else. */
import assert from 'node:assert/strict'
import { nanos } from '../../../../../core/index.ts'
import {
  containerOf,
  loneOf,
  podOf,
  podOfStore,
  standingAs,
  unknownContainer,
  unknownPod,
} from '../../../../../shell/nri/reaper/describe.ts'
import { Container } from '../../../../../shell/proto/gen/containerd/containers.ts'
import { Sandbox } from '../../../../../shell/proto/gen/containerd/types.ts'
import type { Vector } from '../../../../support/property.ts'

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const any = (value: unknown) => ({ typeUrl: '', value: json(value) })

const pause = Container.fromPartial({
  id: 's1',
  labels: new Map([['io.cri-containerd.kind', 'sandbox']]),
  extensions: new Map([[
    'io.cri-containerd.sandbox.metadata',
    any({
      Version: 'v1',
      Metadata: {
        ID: 's1',
        Name: 'shop_web_uid_0',
        RuntimeHandler: 'kata',
        Config: { metadata: { name: 'shop', uid: 'u-1', namespace: 'web' }, labels: { app: 'shop' }, annotations: { a: 'b' } },
      },
    }),
  ]]),
})

const record = Container.fromPartial({
  id: 'c1',
  image: 'busybox:1',
  labels: new Map([['io.kubernetes.container.name', 'server']]),
  spec: any({ process: { args: ['serve'] }, annotations: { x: 'y' } }),
  createdAt: { seconds: 1_700_000_000n, nanos: 5 },
})

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'describe: a pod by its CRI metadata, by its labels, or by its id alone',
    run: () => {
      const pod = podOf('k8s.io', 's1', pause)
      assert.deepEqual([pod.id, pod.name, pod.uid, pod.namespace, pod.runtimeHandler], ['s1', 'shop', 'u-1', 'web', 'kata'])
      assert.deepEqual([[...pod.labels], [...pod.annotations]], [[['app', 'shop']], [['a', 'b']]])
      const labels = new Map([['io.kubernetes.pod.name', 'n'], ['io.kubernetes.pod.namespace', 'ns'], ['io.kubernetes.pod.uid', 'u']])
      const labelled = podOfStore('ci', Sandbox.fromPartial({ sandboxId: 's2', labels }))
      assert.deepEqual([labelled.id, labelled.name, labelled.uid, labelled.namespace], ['s2', 'n', 'u', 'ns'])
      const bare = podOf('ci', 's3', Container.fromPartial({ extensions: new Map([['io.cri-containerd.sandbox.metadata', any('odd')]]) }))
      assert.deepEqual([bare.id, bare.name, bare.namespace], ['s3', 's3', 'ci'])
      assert.deepEqual([loneOf('ci', 'c').id, loneOf('ci', 'c').namespace, unknownPod('s').id], ['c', 'ci', 's'])
    },
  },
  {
    name: 'describe: a container with what its record and its spec say, where it stands',
    run: () => {
      const running = containerOf(record, 's1', { _tag: 'Running', pid: 42 })
      assert.deepEqual([running.id, running.podSandboxId, running.name, running.state, running.pid], ['c1', 's1', 'server', 3, 42])
      assert.deepEqual([running.args, [...running.annotations], running.image?.name], [['serve'], [['x', 'y']], 'busybox:1'])
      assert.equal(running.createdAt, 1_700_000_000_000_000_005n)
      assert.deepEqual([running.exitCode, running.finishedAt, running.statusReason], [0, 0n, ''])
    },
  },
  {
    name: 'describe: an end has its code, its time and its reason; codes and times that the fields cannot hold are bent to fit',
    run: () => {
      const end = (code: number, at: bigint, oomKilled = false) =>
        unknownContainer('c', 's', { _tag: 'Stopped', exit: { code, at: nanos(at), rank: 'observed' }, oomKilled })
      const ended = (code: number, at: bigint, oomKilled = false) => {
        const { state, pid, exitCode, finishedAt, statusReason } = end(code, at, oomKilled)
        return [state, pid, exitCode, finishedAt, statusReason]
      }
      assert.deepEqual(ended(0, 5n), [4, 0, 0, 5n, 'Completed'])
      assert.deepEqual(ended(137, 5n, true), [4, 0, 137, 5n, 'OOMKilled'])
      assert.deepEqual(ended(4_294_967_295, 2n ** 64n), [4, 0, -1, 0n, 'Error'])
      const created = standingAs({ _tag: 'Created' }, end(3, 5n))
      assert.deepEqual([created.state, created.exitCode], [1, 3], 'what is known stays')
    },
  },
]
