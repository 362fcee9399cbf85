/** The count of OOM kills in the metrics of both generations of cgroups, and in what are no such metrics. */
import assert from 'node:assert/strict'
import { oomKills } from '../../../../shell/containerd/oom_kills.ts'
import { Metrics as MetricsV1 } from '../../../../shell/proto/gen/containerd/cgroups1.ts'
import { Metrics as MetricsV2 } from '../../../../shell/proto/gen/containerd/cgroups2.ts'
import { MetricsResponse } from '../../../../shell/proto/gen/containerd/tasks.ts'
import type { Metric } from '../../../../shell/proto/gen/containerd/types.ts'
import { captureNames, readCapture } from '../../../support/captures.ts'
import type { Vector } from '../../../support/property.ts'

const v1 = 'io.containerd.cgroups.v1.Metrics'
const v2 = 'io.containerd.cgroups.v2.Metrics'
const metric = (typeUrl: string, value: Uint8Array): Metric => ({ timestamp: undefined, id: 'web', data: { typeUrl, value } })
const many = 18_446_744_073_709_551_615n

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'oom_kills: the counter of cgroups v1 and of v2, to the last bit',
    run: () => {
      assert.equal(oomKills(metric(v1, MetricsV1.encode(MetricsV1.fromPartial({ memoryOomControl: { oomKill: 2n } })).finish())), 2n)
      assert.equal(oomKills(metric(v2, MetricsV2.encode(MetricsV2.fromPartial({ memoryEvents: { oomKill: 3n } })).finish())), 3n)
      assert.equal(oomKills(metric(v2, MetricsV2.encode(MetricsV2.fromPartial({ memoryEvents: { oomKill: many } })).finish())), many)
    },
  },
  {
    name: 'oom_kills: metrics without the counter say 0',
    run: () => {
      assert.equal(oomKills(metric(v1, new Uint8Array())), 0n)
      assert.equal(oomKills(metric(v2, new Uint8Array())), 0n)
    },
  },
  {
    name: 'oom_kills: metrics of another system, and none, have no count',
    run: () => {
      assert.equal(oomKills(metric('io.containerd.windows.Metrics', Uint8Array.of(1))), undefined)
      assert.equal(oomKills({ timestamp: undefined, id: 'web', data: undefined }), undefined)
    },
  },
  {
    name: 'oom_kills: metrics that cannot be read have no count, and throw nothing',
    run: () => {
      for (const typeUrl of [v1, v2]) assert.equal(oomKills(metric(typeUrl, Uint8Array.of(0x0a, 0xff, 0xff))), undefined)
    },
  },
  {
    name: 'oom_kills: recorded metrics all have a count',
    run: () => {
      const counts = captureNames.flatMap(readCapture).flatMap(({ method, bytes }) =>
        method === 'tasks.v1.Tasks/Metrics' && bytes !== undefined ? MetricsResponse.decode(bytes).metrics.map(oomKills) : []
      )
      assert.ok(counts.length > 0)
      for (const count of counts) assert.equal(typeof count, 'bigint')
    },
  },
]
