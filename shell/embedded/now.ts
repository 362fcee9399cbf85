/**
 * The stand's clock: wall time with nanoseconds, as containerd's shims stamp exits. Knows no timers.
 *
 * @module
 */
import { type Timestamp } from '../proto/gen/google/protobuf/timestamp.ts'

const origin = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint()

/** Nanoseconds since 1970. Never goes back within one process. */
export const nowNs = (): bigint => origin + process.hrtime.bigint()

export const timestamp = (ns: bigint): Timestamp => ({ seconds: ns / 1_000_000_000n, nanos: Number(ns % 1_000_000_000n) })

/** What Go sends for "no time": the first day of year 1. A process that still runs has this as its exit time. */
export const noTime: Timestamp = { seconds: -62_135_596_800n, nanos: 0 }
