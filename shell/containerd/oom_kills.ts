/**
 * The count of OOM kills in a task's metrics, for both generations of cgroups.
 *
 * @module
 */
import { Metrics as MetricsV1 } from '../proto/gen/containerd/cgroups1.ts'
import { Metrics as MetricsV2 } from '../proto/gen/containerd/cgroups2.ts'
import type { Metric } from '../proto/gen/containerd/types.ts'

/**
 * Processes of the cgroup that the kernel killed for want of memory since it was made; undefined when these are no metrics that
 * have one (another system, a VM), or none that can be read. 0 also means that the counter could not be read.
 */
export const oomKills = ({ data }: Metric): bigint | undefined => {
  switch (data?.typeUrl) {
    case 'io.containerd.cgroups.v1.Metrics':
      return counted(() => MetricsV1.decode(data.value).memoryOomControl?.oomKill)
    case 'io.containerd.cgroups.v2.Metrics':
      return counted(() => MetricsV2.decode(data.value).memoryEvents?.oomKill)
    default:
      return undefined
  }
}

const counted = (read: () => bigint | undefined): bigint | undefined => {
  try {
    return read() ?? 0n
  } catch {
    return undefined
  }
}
