/** Timestamps: exact to the nanosecond, and none where containerd has none. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { decodeRecord, encodeRecord, millis, nanos } from '../../../../core/index.ts'
import { toNanoseconds } from '../../../../shell/containerd/time.ts'
import type { Vector } from '../../../support/property.ts'

/** Go's zero time, the first second of year 1: what containerd says of a task that has not exited. */
const yearOne = -62_135_596_800n
const latest = 2n ** 63n - 1n // in the year 2262
const lastSecond = latest / 1_000_000_000n
const lastNanos = Number(latest % 1_000_000_000n)

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'time: every nanosecond counts',
    run: () => {
      assert.equal(toNanoseconds({ seconds: 1_700_000_000n, nanos: 123_456_789 }), 1_700_000_000_123_456_789n)
      assert.equal(toNanoseconds({ seconds: 0n, nanos: 1 }), 1n)
      assert.equal(toNanoseconds({ seconds: lastSecond, nanos: lastNanos }), latest)
    },
  },
  {
    name: 'time: none, year 1 and the epoch are no time',
    run: () => {
      assert.equal(toNanoseconds(undefined), undefined)
      assert.equal(toNanoseconds({ seconds: yearOne, nanos: 0 }), undefined)
      assert.equal(toNanoseconds({ seconds: 0n, nanos: 0 }), undefined)
      assert.equal(toNanoseconds({ seconds: -1n, nanos: 999_999_999 }), undefined)
    },
  },
  {
    name: 'time: what 64 bits do not hold is no time: it could be written down, and then no store would open again',
    run: () => {
      for (const seconds of [lastSecond + 1n, 253_402_300_799n, 2n ** 62n]) assert.equal(toNanoseconds({ seconds, nanos: 0 }), undefined)
      assert.equal(toNanoseconds({ seconds: lastSecond, nanos: lastNanos + 1 }), undefined)
      const exit = { code: 0, at: nanos(latest), rank: 'observed' } as const
      const row = { _tag: 'SandboxRecord', namespace: 'ci', id: 'pod-1', exit, at: millis(0) } as const
      assert.deepEqual(decodeRecord(encodeRecord(row)), E.right(row))
    },
  },
]
