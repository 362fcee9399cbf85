/** Resources as Tasks.Update takes them: only what was asked for, numbers of any size, and what has no place named. */
import assert from 'node:assert/strict'
import { ociResources, resourcesUrl } from '../../../../../shell/nri/reaper/resources.ts'
import { LinuxResources } from '../../../../../shell/proto/gen/nri/api.ts'
import type { Vector } from '../../../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'resources: only what was asked for, exactly',
    run: () => {
      assert.equal(ociResources(LinuxResources.fromPartial({})).json, '{}')
      const asked = LinuxResources.fromPartial({
        memory: { limit: { value: 9_007_199_254_740_993n }, swappiness: { value: 0n }, disableOomKiller: { value: true } },
        cpu: { shares: { value: 18_446_744_073_709_551_615n }, quota: { value: -1n }, cpus: '0-1' },
        pids: { limit: 7n },
        hugepageLimits: [{ pageSize: '2MB', limit: 4n }],
        unified: new Map([['memory.high', '"max"']]),
      })
      assert.equal(
        ociResources(asked).json,
        '{"memory":{"limit":9007199254740993,"swappiness":0,"disableOOMKiller":true},' +
          '"cpu":{"shares":18446744073709551615,"quota":-1,"cpus":"0-1"},"pids":{"limit":7},' +
          '"hugepageLimits":[{"pageSize":"2MB","limit":4}],"unified":{"memory.high":"\\"max\\""}}',
      )
      assert.equal(resourcesUrl, 'types.containerd.io/opencontainers/runtime-spec/1/LinuxResources')
    },
  },
  {
    name: 'resources: classes cannot be changed in a container that runs',
    run: () =>
      assert.deepEqual(ociResources(LinuxResources.fromPartial({ blockioClass: { value: 'x' }, rdtClass: { value: 'y' } })), {
        json: '{}',
        leftOut: ['blockio_class', 'rdt_class'],
      }),
  },
]
