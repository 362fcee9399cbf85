/**
 * containerd's timestamps as the core takes them.
 *
 * @module
 */
import { type Nanos, nanos } from '../../core/index.ts'
import type { Timestamp } from '../proto/gen/google/protobuf/timestamp.ts'

/** The last nanosecond of year 9999, where protobuf's timestamps end and calendars with them. */
const latest = 253_402_300_799_999_999_999n

/**
 * Nanoseconds since 1970; undefined for none, and for what cannot be the time of an exit: at or before the epoch (a task that has not
 * exited has Go's zero time, year 1), or past year 9999, which no log line could render.
 */
export const toNanoseconds = (timestamp: Timestamp | undefined): Nanos | undefined => {
  if (timestamp === undefined) return undefined
  const at = timestamp.seconds * 1_000_000_000n + BigInt(timestamp.nanos)
  return at > 0n && at <= latest ? nanos(at) : undefined
}
