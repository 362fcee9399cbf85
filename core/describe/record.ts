/** One line for a row of the log. @module */
import type { ReaperRecord } from '../record.ts'
import { describeExit, describeRun, name, quoted } from './words.ts'

/**
 * A row as one readable line, such as `RunRecord ci/web-1 pid=42 exit=3 open`. What is as usual (first attempt, no OOM kill) is left out.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { describeRecord, millis, nanos, noMetadata } from 'containerd-reaper/core'
 *
 * const run = { namespace: 'ci', id: 'web-1', pid: 42, generation: 1 }
 * const exit = { code: 3, at: nanos(0n), rank: 'observed' } as const
 * const line = describeRecord({
 *   _tag: 'RunRecord', run, exit, metadata: noMetadata, oomKilled: false, notified: false, attempts: 0, lastError: undefined,
 *   standing: 'open', at: millis(0),
 * })
 * assert.equal(line, 'RunRecord ci/web-1 pid=42 exit=3 open')
 * ```
 */
export const describeRecord = (record: ReaperRecord): string => {
  switch (record._tag) {
    case 'RunRecord': {
      const { run, exit, oomKilled, notified, attempts, lastError, standing } = record
      return [
        `RunRecord ${describeRun(run)} ${exit === undefined ? 'running' : describeExit(exit)}`,
        ...(oomKilled ? ['OOMKilled'] : []),
        standing,
        ...(notified ? ['notified'] : []),
        ...(attempts === 0 ? [] : [`failed=${attempts}`]),
        ...(lastError === undefined ? [] : [quoted(lastError)]),
      ].join(' ')
    }
    case 'RunDropped':
      return `RunDropped ${describeRun(record.run)}`
    case 'SandboxRecord':
      return `SandboxRecord ${name(`${record.namespace}/${record.id}`)} ${describeExit(record.exit)}`
    case 'Announcement': {
      const { seq, type, run, sandboxId, exitCode, reason, attempts } = record
      const sandbox = sandboxId === undefined ? '' : ` sandbox=${name(sandboxId)}`
      const tries = attempts === 1 ? '' : ` attempts=${attempts}`
      return `Announcement seq=${seq} ${type} ${describeRun(run)}${sandbox} exit=${exitCode} ${reason}${tries}`
    }
  }
}
