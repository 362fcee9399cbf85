/** Timestamps: exact to the nanosecond, and none where containerd has none. */
import assert from 'node:assert/strict'
import { toNanoseconds } from '../../../../shell/containerd/time.ts'
import type { Vector } from '../../../support/property.ts'

/** Go's zero time, the first second of year 1: what containerd says of a task that has not exited. */
const yearOne = -62_135_596_800n
const lastSecond = 253_402_300_799n // of year 9999, where protobuf's timestamps end

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'time: every nanosecond counts',
    run: () => {
      assert.equal(toNanoseconds({ seconds: 1_700_000_000n, nanos: 123_456_789 }), 1_700_000_000_123_456_789n)
      assert.equal(toNanoseconds({ seconds: 0n, nanos: 1 }), 1n)
      assert.equal(toNanoseconds({ seconds: lastSecond, nanos: 999_999_999 }), lastSecond * 1_000_000_000n + 999_999_999n)
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
    name: 'time: a time that no calendar has is no time either: rendering it would throw',
    run: () => {
      for (const seconds of [lastSecond + 1n, 2n ** 62n]) assert.equal(toNanoseconds({ seconds, nanos: 0 }), undefined)
    },
  },
]
