/** What events and answers say: fields, states, reasons, times; by field numbers only. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { int, message, messages, stateNames, text, words } from '../../../support/cri/client.ts'
import { withCri } from '../../../support/cri/served.ts'
import type { Vector } from '../../../support/property.ts'

const extension = (key: string, metadata: unknown): ReadonlyMap<string, { readonly typeUrl: string; readonly value: Uint8Array }> =>
  new Map([[key, { typeUrl: '', value: new TextEncoder().encode(JSON.stringify({ Version: 'v1', Metadata: metadata })) }]])

const podOfKubernetes = extension('io.cri-containerd.sandbox.metadata', {
  ID: 'pod1',
  Name: 'web_default_uid-1_2',
  Config: { metadata: { name: 'web', uid: 'uid-1', namespace: 'default', attempt: 2 }, labels: { app: 'web' }, annotations: { note: 'x' } },
  RuntimeHandler: 'kata',
})
const containerOfKubernetes = extension('io.cri-containerd.container.metadata', {
  ID: 'c1',
  Name: 'nginx_web_default_uid-1_3',
  SandboxID: 'pod1',
  LogPath: '/var/log/c1.log',
  Config: {
    metadata: { name: 'nginx', attempt: 3 },
    labels: { 'io.kubernetes.pod.name': 'web', 'io.kubernetes.pod.namespace': 'default', 'io.kubernetes.pod.uid': 'uid-1' },
    annotations: { 'io.kubernetes.container.hash': 'abc' },
  },
})

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'CRI contract: payload: a pod of Kubernetes: its names, labels and all its containers, in every event',
    run: () =>
      withCri(async (served) => {
        const listener = await served.subscribe()
        await served.create('pod1', { labels: { 'io.cri-containerd.kind': 'sandbox' }, extensions: podOfKubernetes })
        served.start('pod1')
        await served.create('c1', { extensions: containerOfKubernetes, image: 'docker.io/library/nginx:1' })
        await served.create('c2', { pod: 'pod1' })
        served.start('c1')
        served.exit('c1', 137, true)
        const [podCreated, , , , , stopped] = await listener.events(6)
        assert.deepEqual(listener.told(), ['pod1 CREATED', 'pod1 STARTED', 'c1 CREATED', 'c2 CREATED', 'c1 STARTED', 'c1 STOPPED'])
        assert.deepEqual([podCreated?.pod, podCreated?.statuses], ['pod1', []], 'the pause container is no container of the pod')
        assert.deepEqual(stopped?.statuses, ['c1:EXITED:137:OOMKilled', 'c2:CREATED:0:'])

        const bytes = stopped?.bytes ?? new Map()
        const pod = message(bytes, 4) ?? new Map()
        const metadata = message(pod, 2) ?? new Map()
        assert.deepEqual([1, 2, 3].map((field) => text(metadata, field)), ['web', 'uid-1', 'default'])
        assert.equal(int(metadata, 4), 2n)
        assert.equal(int(pod, 3), 0n, 'READY')
        assert.ok(int(pod, 4) > 1_600_000_000_000_000_000n, 'nanoseconds')
        assert.deepEqual([words(pod, 7), words(pod, 8), text(pod, 9)], [{ app: 'web' }, { note: 'x' }, 'kata'])

        const [status = new Map()] = messages(bytes, 5)
        const named = message(status, 2) ?? new Map()
        assert.deepEqual([text(named, 1), int(named, 2)], ['nginx', 3n])
        const [created, started, finished] = [int(status, 4), int(status, 5), int(status, 6)]
        assert.ok(created > 0n && created <= started && started <= finished, `${created} ${started} ${finished}`)
        assert.equal(text(message(status, 8) ?? new Map(), 1), 'docker.io/library/nginx:1')
        assert.equal(text(status, 9), 'docker.io/library/nginx:1')
        assert.equal(words(status, 12)['io.kubernetes.pod.uid'], 'uid-1')
        assert.deepEqual(words(status, 13), { 'io.kubernetes.container.hash': 'abc' })
        assert.equal(text(status, 15), '/var/log/c1.log')
        assert.ok(int(bytes, 3) >= finished, 'created_at is the time of the event, in nanoseconds')

        served.exit('pod1', 0)
        const last = (await listener.events(7)).at(-1)
        assert.deepEqual([last?.id, last?.type, last?.pod, last?.podState], ['pod1', 'STOPPED', 'pod1', 'NOTREADY'])
        served.remove('c1')
        served.remove('c2')
        served.remove('pod1')
        const [, , gone] = (await listener.events(10)).slice(-3)
        assert.deepEqual([gone?.id, gone?.type, gone?.statuses], ['pod1', 'DELETED', []])
      }),
  },
  {
    name: 'a container without a pod: one is made up for it, and what clients require is there',
    run: () =>
      withCri(async (served) => {
        const listener = await served.subscribe()
        await served.live('a', 0)
        await served.live('b', 7)
        const all = await listener.events(6)
        for (const { pod, podState, bytes, id } of all) {
          assert.equal(pod, `${id}:pod`)
          const status = message(bytes, 4) ?? new Map()
          const metadata = message(status, 2) ?? new Map()
          assert.deepEqual([1, 2, 3].map((field) => text(metadata, field)), [id, `${id}:pod`, 'ci'])
          assert.ok(int(status, 4) > 0n && ['READY', 'NOTREADY'].includes(podState))
          for (const container of messages(bytes, 5)) {
            assert.equal(text(message(container, 2) ?? new Map(), 1), id)
            assert.ok(int(container, 4) > 0n)
            assert.notEqual(text(message(container, 8) ?? new Map(), 1), '', 'image.image')
            assert.notEqual(text(container, 9), '', 'image_ref')
            assert.equal(words(container, 12)['io.kubernetes.pod.name'], id)
          }
        }
        assert.deepEqual(all[2]?.statuses, ['a:EXITED:0:Completed'])
        assert.deepEqual(all[5]?.statuses, ['b:EXITED:7:Error'])
        assert.equal(all[5]?.podState, 'NOTREADY')
      }),
  },
  {
    name: 'STOPPED tells how its own run ended, also when the container has been deleted or runs again by the time it is sent',
    run: () =>
      withCri(async (served) => {
        await served.live('a', 3)
        served.start('a')
        await served.live('b', 4)
        served.remove('b')
        await served.create('other', { pod: 'p' })
        await served.live('c', 5, { pod: 'p' })
        served.remove('c')
        const listener = await served.subscribe()
        const all = await listener.events(13)
        const stopped = all.filter(({ type }) => type === 'STOPPED').map(({ statuses }) => statuses)
        assert.deepEqual(stopped, [['a:EXITED:3:Error'], ['b:EXITED:4:Error'], ['other:CREATED:0:', 'c:EXITED:5:Error']])
        assert.deepEqual(all.find(({ id, type }) => id === 'a' && type === 'CREATED')?.statuses, ['a:RUNNING:0:'], 'as it is now')
      }),
  },
  {
    name: 'states: CREATED has no times but its own, RUNNING is started, EXITED is shown as soon as it is known',
    run: () =>
      withCri(async (served) => {
        const client = served.client()
        const look = async (): Promise<ReadonlyArray<unknown>> => {
          const answer = await client.call('RuntimeService/ContainerStatus', Buffer.from([10, 1, 97]))
          const status = message(answer, 1) ?? new Map()
          return [stateNames[Number(int(status, 3))], int(status, 5) > 0n, int(status, 6) > 0n, text(status, 10)]
        }
        await served.create('a')
        assert.deepEqual(await look(), ['CREATED', false, false, ''])
        served.start('a')
        assert.deepEqual(await look(), ['RUNNING', true, false, ''])
        served.hold()
        served.exit('a', 1)
        assert.deepEqual(await look(), ['EXITED', true, true, 'Error'])
        served.release()
        assert.deepEqual(await look(), ['EXITED', true, true, 'Error'])
      }),
  },
]
