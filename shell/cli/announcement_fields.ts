/**
 * An announcement as the fields of a log line: what `--log json` promises.
 *
 * @module
 */
import type { Announcement } from '../../core/index.ts'
import type { Fields } from '../log.ts'

export const announcementFields = (
  { run, exitCode, exitedAt, reason, attempts, handlingMs, seq }: Announcement,
): Fields => ({
  namespace: run.namespace,
  id: run.id,
  pid: run.pid,
  generation: run.generation,
  exitCode,
  exitedAt: isoOf(exitedAt),
  reason,
  attempts,
  handlingMs,
  seq,
})

/** ISO 8601 with all nine digits that containerd gave. */
export const isoOf = (at: bigint): string => {
  const fraction = (at % 1_000_000_000n + 1_000_000_000n) % 1_000_000_000n // before 1970 the remainder is negative
  const second = new Date(Number((at - fraction) / 1_000_000_000n) * 1_000).toISOString().slice(0, 19)
  return `${second}.${String(fraction).padStart(9, '0')}Z`
}
