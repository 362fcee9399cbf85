/**
 * containerd's timestamps as the core takes them.
 *
 * @module
 */
import { type Nanos, nanos } from '../../core/index.ts'
import type { Timestamp } from '../proto/gen/google/protobuf/timestamp.ts'

/** Nanoseconds since 1970; undefined for none, and for one at or before the epoch: a task that has not exited has Go's zero time, year 1. */
export const toNanoseconds = (timestamp: Timestamp | undefined): Nanos | undefined => {
  if (timestamp === undefined) return undefined
  const at = timestamp.seconds * 1_000_000_000n + BigInt(timestamp.nanos)
  return at > 0n ? nanos(at) : undefined
}
