/** Every call that crictl makes for version, info, ps, pods, inspect and inspectp, and what it needs in the answer; by field numbers. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { status } from '@grpc/grpc-js'
import { type CriClient, type Fields, int, message, messages, num, part, stateNames, text, words } from '../../../support/cri/client.ts'
import { type Served, withCri } from '../../../support/cri/served.ts'
import type { Vector } from '../../../support/property.ts'

const none: Fields = new Map()

/** `a` has exited with 3, `b` of pod p runs, `c` of pod p is made. */
const threeContainers = async (served: Served): Promise<void> => {
  await served.live('a', 3, { labels: { team: 'x' }, image: 'img:1' })
  await served.create('b-0123456789abcdef', { pod: 'p-0123456789', labels: { team: 'x', tier: 'y' } })
  served.start('b-0123456789abcdef')
  await served.create('c', { pod: 'p-0123456789' })
}

const withThree = (use: (client: CriClient, served: Served) => Promise<void>) => () =>
  withCri(async (served) => {
    await threeContainers(served)
    await use(served.client(), served)
  })

const listed = async (client: CriClient, filter: ReadonlyArray<Buffer> = []): Promise<ReadonlyArray<string>> => {
  const answer = await client.call('RuntimeService/ListContainers', filter.length === 0 ? Buffer.alloc(0) : part(1, Buffer.concat(filter)))
  return messages(answer, 1).map((container) => `${text(container, 1)} ${stateNames[Number(int(container, 6))] ?? ''}`)
}
const listedPods = async (client: CriClient, filter: ReadonlyArray<Buffer> = []): Promise<ReadonlyArray<string>> => {
  const answer = await client.call('RuntimeService/ListPodSandbox', filter.length === 0 ? Buffer.alloc(0) : part(1, Buffer.concat(filter)))
  return messages(answer, 1).map((pod) => `${text(pod, 1)} ${int(pod, 3) === 0n ? 'READY' : 'NOTREADY'}`)
}
const refusal = async (call: Promise<unknown>): Promise<readonly [code: number, message: string]> => {
  try {
    await call
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'details' in error) return [Number(error.code), String(error.details)]
    throw error
  }
  return assert.fail('it was answered')
}
const label = (key: string, value: string): Buffer => Buffer.concat([part(1, key), part(2, value)])

const all = ['a EXITED', 'b-0123456789abcdef RUNNING', 'c CREATED']

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'crictl, any command: Version with an empty request; all four fields are filled',
    run: withThree(async (client) => {
      const version = await client.call('RuntimeService/Version')
      assert.deepEqual([1, 2, 3, 4].map((field) => text(version, field)), ['0.1.0', 'containerd-reaper', '1.2.3', 'v1'])
      const again = await client.call('RuntimeService/Version', part(1, 'v1'))
      assert.equal(text(again, 4), 'v1')
    }),
  },
  {
    name: 'crictl info: Status with its two conditions, and with verbose JSON below it',
    run: withThree(async (client) => {
      const quiet = await client.call('RuntimeService/Status')
      const conditions = messages(message(quiet, 1) ?? none, 1).map((condition) => [text(condition, 1), int(condition, 2)])
      assert.deepEqual(conditions, [['RuntimeReady', 1n], ['NetworkReady', 1n]])
      assert.deepEqual(words(quiet, 2), {})
      const verbose = await client.call('RuntimeService/Status', num(1, 1))
      assert.deepEqual(JSON.parse(words(verbose, 2)['info'] ?? ''), { namespace: 'ci', containers: 3, pods: 2, listeners: 0 })
    }),
  },
  {
    name: 'crictl ps, inspect: the image service is asked first, and answers',
    run: withThree(async (client) => {
      assert.equal((await client.call('ImageService/ImageFsInfo')).size, 0)
      const images = messages(await client.call('ImageService/ListImages'), 1)
      assert.deepEqual(images.map((image) => [text(image, 1), text(image, 2)]), [['img:1', 'img:1'], ['<none>', '<none>']])
      const found = message(await client.call('ImageService/ImageStatus', part(1, part(1, 'img:1'))), 1)
      assert.equal(text(found ?? none, 1), 'img:1')
      assert.ok(int(found ?? none, 4) > 0n, 'clients refuse a size of 0')
      const missing = await client.call('ImageService/ImageStatus', part(1, part(1, 'other')))
      assert.equal(message(missing, 1), undefined, 'a missing image is no error')
    }),
  },
  {
    name: 'crictl ps: only those that run; -a: all; --state: each state by the presence of the filter',
    run: withThree(async (client) => {
      assert.deepEqual(await listed(client), all)
      assert.deepEqual(await listed(client, [part(2, num(1, 1))]), ['b-0123456789abcdef RUNNING'])
      assert.deepEqual(await listed(client, [part(2, Buffer.alloc(0))]), ['c CREATED'], 'an empty sub-message means state 0')
      assert.deepEqual(await listed(client, [part(2, num(1, 2))]), ['a EXITED'])
      assert.deepEqual(await listed(client, [part(2, num(1, 3))]), [], 'none is UNKNOWN')
    }),
  },
  {
    name: 'crictl ps --id, --pod, --label: all filters hold together, ids by their beginnings, unknown ones match nothing',
    run: withThree(async (client) => {
      assert.deepEqual(await listed(client, [part(1, 'b-0123456789a')]), ['b-0123456789abcdef RUNNING'])
      assert.deepEqual(await listed(client, [part(1, 'nobody')]), [])
      assert.deepEqual(await listed(client, [part(3, 'p-01234567')]), ['b-0123456789abcdef RUNNING', 'c CREATED'])
      assert.deepEqual(await listed(client, [part(4, label('team', 'x'))]), ['a EXITED', 'b-0123456789abcdef RUNNING'])
      assert.deepEqual(await listed(client, [part(4, label('team', 'x')), part(4, label('tier', 'y'))]), ['b-0123456789abcdef RUNNING'])
      assert.deepEqual(await listed(client, [part(1, 'a'), part(2, num(1, 1))]), [])
    }),
  },
  {
    name: 'entries of the list carry metadata, pod and the labels that crictl prints',
    run: withThree(async (client) => {
      const [a = none, b = none] = messages(await client.call('RuntimeService/ListContainers'), 1)
      assert.deepEqual([text(a, 2), text(message(a, 3) ?? none, 1), text(message(a, 4) ?? none, 1), text(a, 5)], [
        'a:pod',
        'a',
        'img:1',
        'img:1',
      ])
      assert.ok(int(a, 7) > 0n)
      const { team, 'io.kubernetes.pod.name': pod, 'io.kubernetes.pod.namespace': namespace } = words(a, 8)
      assert.deepEqual([team, pod, namespace], ['x', 'a', 'ci'])
      assert.equal(words(b, 8)['io.kubernetes.pod.name'], 'p-0123456789')
    }),
  },
  {
    name: 'crictl pods: all, by state, by id, by label',
    run: withThree(async (client) => {
      assert.deepEqual(await listedPods(client), ['a:pod NOTREADY', 'p-0123456789 READY'])
      assert.deepEqual(await listedPods(client, [part(2, Buffer.alloc(0))]), ['p-0123456789 READY'])
      assert.deepEqual(await listedPods(client, [part(2, num(1, 1))]), ['a:pod NOTREADY'])
      assert.deepEqual(await listedPods(client, [part(1, 'p-01')]), ['p-0123456789 READY'])
      assert.deepEqual(await listedPods(client, [part(1, 'q')]), [])
      assert.deepEqual(await listedPods(client, [part(3, label('team', 'x'))]), [], 'labels of a container are not those of its pod')
    }),
  },
  {
    name: 'crictl inspect: by a beginning of the id, verbose or not; unknown and ambiguous ones are refused',
    run: withThree(async (client, served) => {
      const answer = await client.call('RuntimeService/ContainerStatus', Buffer.concat([part(1, 'b-0123456789a'), num(2, 1)]))
      const found = message(answer, 1) ?? none
      assert.deepEqual([text(found, 1), int(found, 3)], ['b-0123456789abcdef', 1n])
      assert.deepEqual(JSON.parse(words(answer, 2)['info'] ?? ''), { sandboxID: 'p-0123456789' })
      assert.deepEqual(words(await client.call('RuntimeService/ContainerStatus', part(1, 'a')), 2), {})

      const unknown = await refusal(client.call('RuntimeService/ContainerStatus', part(1, 'zz')))
      assert.deepEqual(unknown, [status.NOT_FOUND, 'Cannot find container "zz"'])
      assert.equal((await refusal(client.call('RuntimeService/ContainerStatus')))[0], status.NOT_FOUND, 'an empty id')
      await served.create('b-0999')
      const [code, line] = await refusal(client.call('RuntimeService/ContainerStatus', part(1, 'b-0')))
      assert.equal(code, status.INVALID_ARGUMENT)
      assert.match(line, /several begin with "b-0"/)
    }),
  },
  {
    name: 'crictl inspectp: the pod, all its containers, and the time of the answer',
    run: withThree(async (client) => {
      const answer = await client.call('RuntimeService/PodSandboxStatus', Buffer.concat([part(1, 'p-0123'), num(2, 1)]))
      const pod = message(answer, 1) ?? none
      assert.equal(text(pod, 1), 'p-0123456789')
      const metadata = message(pod, 2) ?? none
      assert.ok([1, 2, 3].every((field) => text(metadata, field) !== '') && int(pod, 4) > 0n, 'what clients check')
      assert.deepEqual(messages(answer, 3).map((container) => text(container, 1)), ['b-0123456789abcdef', 'c'])
      assert.ok(int(answer, 4) > 1_600_000_000_000_000_000n, 'nanoseconds')
      assert.deepEqual(await refusal(client.call('RuntimeService/PodSandboxStatus', part(1, 'zz'))), [
        status.NOT_FOUND,
        'Cannot find pod "zz"',
      ])
    }),
  },
  {
    name: 'what is not served is UNIMPLEMENTED, with a line that names it',
    run: withThree(async (client) => {
      for (
        const method of ['ListContainerStats', 'ContainerStats', 'StopContainer', 'RunPodSandbox', 'StreamContainers', 'RuntimeConfig']
      ) {
        const [code, line] = await refusal(client.call(`RuntimeService/${method}`))
        assert.equal(code, status.UNIMPLEMENTED, method)
        assert.match(line, new RegExp(method))
      }
      assert.equal((await refusal(client.call('ImageService/PullImage')))[0], status.UNIMPLEMENTED)
    }),
  },
  {
    name: 'containers that are removed are shown no more, and nothing is kept of them',
    run: withThree(async (client, served) => {
      served.exit('b-0123456789abcdef')
      for (const id of ['a', 'b-0123456789abcdef', 'c']) served.remove(id)
      assert.deepEqual(await listed(client), [])
      assert.deepEqual(await listedPods(client), [])
      assert.equal((await refusal(client.call('RuntimeService/ContainerStatus', part(1, 'a'))))[0], status.NOT_FOUND)
    }),
  },
]
