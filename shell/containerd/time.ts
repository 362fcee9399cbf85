/**
 * containerd's timestamps as the core takes them.
 *
 * @module
 */
import { type Nanos, nanos } from '../../core/index.ts'
import type { Timestamp } from '../proto/gen/google/protobuf/timestamp.ts'

/** What 64 bits hold: a time in the year 2262. containerd itself counts exits in them, and so do the log and CRI's messages. */
const latest = 2n ** 63n - 1n

/**
 * Nanoseconds since 1970; undefined for none, and for what cannot be the time of an exit: at or before the epoch (a task that has not
 * exited has Go's zero time, year 1), or beyond 64 bits, where it could be written down and not be read again.
 */
export const toNanoseconds = (timestamp: Timestamp | undefined): Nanos | undefined => {
  if (timestamp === undefined) return undefined
  const at = timestamp.seconds * 1_000_000_000n + BigInt(timestamp.nanos)
  return at > 0n && at <= latest ? nanos(at) : undefined
}
