/**
 * What a status file of containerd's CRI plugin tells us of a container: the row that its run would have if it had been ours from the
 * beginning. Only what we know nothing of is taken.
 *
 * @module
 */
import type { StatusFile } from './codec/status_file.ts'
import type { Millis, RunId } from './ids.ts'
import { noMetadata } from './metadata.ts'
import type { RunRecord } from './record.ts'

/** `Nothing`: the file is well, but tells of no run; `why` in words. */
export type Imported =
  | { readonly _tag: 'Run'; readonly record: RunRecord }
  | { readonly _tag: 'Nothing'; readonly why: string }

/**
 * A run that had ended is closed: whoever wrote the file has dealt with it, so it is known and not announced. One that ran is open: the
 * next listing finds its task, or else its end, which is then 255 with reason `Unknown`.
 *
 * @param generation the first that was never given out.
 *
 * @example A container that ran when the file was written
 * ```ts
 * import assert from 'node:assert/strict'
 * import { imported, millis, nanos } from 'containerd-reaper/core'
 *
 * const status = {
 *   pid: 42, createdAt: nanos(1n), startedAt: nanos(2n), finishedAt: nanos(0n), exitCode: 0, reason: '', message: '', resources: 'null',
 * }
 * const taken = imported({ namespace: 'k8s.io', id: 'web-1', generation: 1 }, status, millis(0))
 * assert.ok(taken._tag === 'Run')
 * assert.deepEqual([taken.record.run.pid, taken.record.exit, taken.record.standing], [42, undefined, 'open'])
 * ```
 */
export const imported = (
  { namespace, id, generation }: Omit<RunId, 'pid'>,
  { pid, startedAt, finishedAt, exitCode, reason }: StatusFile,
  at: Millis,
): Imported => {
  const row = (fields: Pick<RunRecord, 'exit' | 'standing'>): Imported => ({
    _tag: 'Run',
    record: {
      _tag: 'RunRecord',
      run: { namespace, id, pid, generation },
      metadata: noMetadata,
      oomKilled: reason === 'OOMKilled',
      notified: fields.exit !== undefined,
      attempts: 0,
      lastError: undefined,
      at,
      ...fields,
    },
  })
  if (finishedAt !== 0n) {
    // Signed there, unsigned here: the same 32 bits.
    return row({ exit: { code: exitCode >>> 0, at: finishedAt, rank: reason === 'Unknown' ? 'inferred' : 'observed' }, standing: 'closed' })
  }
  if (startedAt === 0n) return { _tag: 'Nothing', why: 'it was never started' }
  return pid === 0 ? { _tag: 'Nothing', why: 'it runs, but without a pid' } : row({ exit: undefined, standing: 'open' })
}
