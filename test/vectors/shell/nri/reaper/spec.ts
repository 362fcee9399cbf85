/** OCI specs as NRI shows them: what is there is taken, what is odd is passed over, and nothing throws. */
import assert from 'node:assert/strict'
import { fromSpec } from '../../../../../shell/nri/reaper/spec.ts'
import type { Vector } from '../../../../support/property.ts'

const spec = {
  process: {
    args: ['sh', '-c', 'true'],
    env: ['PATH=/bin'],
    user: { uid: 7, gid: 8, additionalGids: [9] },
    rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1_024, soft: 512 }],
    oomScoreAdj: -999,
  },
  mounts: [{ destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid'] }],
  annotations: { a: 'b' },
  linux: {
    cgroupsPath: '/ci/web',
    namespaces: [{ type: 'pid' }, { type: 'network', path: '/run/netns/x' }],
    resources: {
      memory: { limit: 1_048_576, disableOOMKiller: false },
      cpu: { shares: 1_024, quota: -1, cpus: '0-1' },
      pids: { limit: 100 },
      hugepageLimits: [{ pageSize: '2MB', limit: 4 }],
      unified: { 'memory.high': 'max' },
    },
  },
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'spec: all that NRI has a place for',
    run: () => {
      const { args, env, user, rlimits, mounts, annotations, linux } = fromSpec(JSON.stringify(spec))
      assert.deepEqual([args, env, [...annotations]], [['sh', '-c', 'true'], ['PATH=/bin'], [['a', 'b']]])
      assert.deepEqual([user?.uid, user?.gid, user?.additionalGids], [7, 8, [9]])
      assert.deepEqual(rlimits.map(({ type, hard, soft }) => [type, hard, soft]), [['RLIMIT_NOFILE', 1_024n, 512n]])
      assert.deepEqual(mounts.map(({ destination, type, source, options }) => [destination, type, source, options]), [
        ['/proc', 'proc', 'proc', ['nosuid']],
      ])
      assert.deepEqual([linux?.cgroupsPath, linux?.oomScoreAdj?.value], ['/ci/web', -999n])
      assert.deepEqual(linux?.namespaces.map(({ type, path }) => [type, path]), [['pid', ''], ['network', '/run/netns/x']])
      const resources = linux?.resources
      assert.deepEqual([resources?.memory?.limit?.value, resources?.memory?.disableOomKiller?.value, resources?.memory?.swap], [
        1_048_576n,
        false,
        undefined,
      ])
      assert.deepEqual([resources?.cpu?.shares?.value, resources?.cpu?.quota?.value, resources?.cpu?.cpus, resources?.cpu?.period], [
        1_024n,
        -1n,
        '0-1',
        undefined,
      ])
      assert.deepEqual([resources?.pids?.limit, resources?.hugepageLimits.map(({ pageSize, limit }) => [pageSize, limit])], [100n, [[
        '2MB',
        4n,
      ]]])
      assert.deepEqual([...(resources?.unified ?? [])], [['memory.high', 'max']])
    },
  },
  {
    name: 'spec: what is no spec is nothing, and what is odd in one is passed over',
    run: () => {
      for (const json of ['', '{', '[]', 'null', '"x"', '7']) assert.deepEqual(fromSpec(json).args, [])
      const odd = fromSpec(
        '{"process":{"args":[1,"a",null],"user":3,"rlimits":[7,{}]},"mounts":{},"linux":{"namespaces":[null,{}],"resources":[]}}',
      )
      assert.deepEqual([odd.args, odd.user, odd.rlimits.length, odd.mounts], [['a'], undefined, 1, []])
      assert.deepEqual([odd.linux?.namespaces.length, odd.linux?.resources], [1, undefined])
      assert.deepEqual([...fromSpec('{"annotations":{"__proto__":"x"}}').annotations], [['__proto__', 'x']])
    },
  },
]
