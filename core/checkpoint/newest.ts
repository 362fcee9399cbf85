/**
 * A log, boiled down to the newest row of each thing. Knows what row is about what, and nothing of what the rows mean.
 *
 * @module
 */
import type { ContainerKey, RunId, SandboxKey } from '../ids.ts'
import { containerKey, sandboxKey } from '../ids.ts'
import type { Announcement, ReaperRecord, RunRecord, SandboxRecord } from '../record.ts'

export interface Newest {
  /** Runs with a row, oldest first; those that were dropped have none. */
  readonly runs: ReadonlyMap<ContainerKey, ReadonlyArray<RunRecord>>
  /** Highest generation that any row names, dropped or not. */
  readonly generations: ReadonlyMap<ContainerKey, number>
  readonly sandboxes: ReadonlyMap<SandboxKey, SandboxRecord>
  /** STOPPED of each run, by `runKey`. */
  readonly stopped: ReadonlyMap<string, Announcement>
  /** The newest STOPPED of anything under that namespace and id. */
  readonly stoppedLast: ReadonlyMap<ContainerKey, Announcement>
  /** Highest generation announced without a pid: that of a sandbox. */
  readonly sandboxGenerations: ReadonlyMap<SandboxKey, number>
  /** Highest sequence number, 0 when nothing was announced. */
  readonly lastSeq: number
}

export const runKey = ({ namespace, id, pid, generation }: RunId): string => `${namespace}/${id}/${pid}/${generation}`

export const newest = (records: ReadonlyArray<ReaperRecord>): Newest => {
  // By generation: a run whose pid was learnt late has rows under both.
  const runs = new Map<ContainerKey, Map<number, RunRecord>>()
  const generations = new Map<ContainerKey, number>()
  const sandboxes = new Map<SandboxKey, SandboxRecord>()
  const stopped = new Map<string, Announcement>()
  const stoppedLast = new Map<ContainerKey, Announcement>()
  const sandboxGenerations = new Map<SandboxKey, number>()
  let lastSeq = 0
  const ofContainer = (key: ContainerKey): Map<number, RunRecord> => {
    const known = runs.get(key) ?? new Map<number, RunRecord>()
    runs.set(key, known)
    return known
  }
  for (const record of records) {
    if (record._tag === 'SandboxRecord') {
      sandboxes.set(sandboxKey(record.namespace, record.id), record)
      continue
    }
    const { namespace, id, pid, generation } = record.run
    const key = containerKey(namespace, id)
    if (record._tag === 'Announcement' && pid === 0) raise(sandboxGenerations, sandboxKey(namespace, id), generation)
    else raise(generations, key, generation)
    switch (record._tag) {
      case 'RunRecord':
        ofContainer(key).set(generation, record)
        // Whoever announced it, this run of the pause container is over, and the end of its sandbox with it.
        if (record.metadata.kind === 'sandbox' && record.standing !== 'open') sandboxes.delete(sandboxKey(namespace, id))
        break
      case 'RunDropped':
        ofContainer(key).delete(generation)
        break
      case 'Announcement':
        lastSeq = Math.max(lastSeq, record.seq)
        if (record.type === 'CONTAINER_STOPPED') {
          stopped.set(runKey(record.run), record)
          stoppedLast.set(key, record)
          // Told by a pause container, which is what is followed.
          if (pid !== 0) sandboxes.delete(sandboxKey(namespace, id))
        }
    }
  }
  const sorted = [...runs].flatMap(([key, rows]): ReadonlyArray<readonly [ContainerKey, ReadonlyArray<RunRecord>]> =>
    rows.size === 0 ? [] : [[key, [...rows.values()].sort((a, b) => a.run.generation - b.run.generation)]]
  )
  return { runs: new Map(sorted), generations, sandboxes, stopped, stoppedLast, sandboxGenerations, lastSeq }
}

const raise = <K>(highest: Map<K, number>, key: K, found: number): void => {
  highest.set(key, Math.max(found, highest.get(key) ?? 0))
}
