/** Laws of the small facts: which exit is believed, what keys are made of, how long a back-off is. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { backoffMs } from '../../core/backoff.ts'
import { better, outranks } from '../../core/exit.ts'
import { containerKey, imageKey, millis, parts, plus, sandboxKey, toNanos } from '../../core/ids.ts'
import { defaultPolicy } from '../../core/policy.ts'
import { anyExit } from '../support/arbitrary_records.ts'
import type { Prop } from '../support/property.ts'

const namespace = fc.string().filter((text) => !text.includes('/'))

export const props: ReadonlyArray<Prop> = [
  {
    name: 'of any reports of one exit, in any grouping, the first of the highest rank is believed',
    property: fc.property(fc.array(anyExit, { minLength: 1 }), fc.nat(), (reports, cut) => {
      const [head = reports[0]!, ...tail] = reports
      const believed = tail.reduce(better, head)
      const ranks = ['observed', 'synthesised', 'inferred']
      const best = ranks.find((rank) => reports.some((report) => report.rank === rank))
      assert.equal(believed, reports.find((report) => report.rank === best))
      assert.equal(better(believed, believed), believed)
      const place = 1 + cut % reports.length
      const [left, right] = [reports.slice(0, place), reports.slice(place)]
      assert.equal(right.length === 0 ? left.reduce(better) : better(left.reduce(better), right.reduce(better)), believed)
    }),
  },
  {
    name: 'of two exits at most one outranks the other',
    property: fc.property(anyExit, anyExit, (a, b) => {
      assert.ok(!(outranks(a, b) && outranks(b, a)))
      assert.equal(outranks(a, b) || outranks(b, a), a.rank !== b.rank)
    }),
  },
  {
    name: 'namespace and name can be read back from a key, whatever the name holds',
    property: fc.property(namespace, fc.string(), (space, name) => {
      for (const key of [containerKey(space, name), sandboxKey(space, name), imageKey(space, name)]) {
        assert.deepEqual(parts(key), [space, name])
      }
    }),
  },
  {
    name: 'a millisecond begins at the same time in nanoseconds, and adding goes on from there',
    property: fc.property(fc.integer({ min: -1e12, max: 1e14 }), fc.nat(), (at, ms) => {
      assert.equal(toNanos(plus(millis(at), ms)), toNanos(millis(at)) + BigInt(ms) * 1_000_000n)
      assert.equal(toNanos(millis(at)) / 1_000_000n, BigInt(at))
    }),
  },
  {
    name: 'a back-off never shrinks with the failures, never passes its cap, and never leaves the numbers',
    property: fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.nat({ max: 600_000 }), (attempt, backoffCapMs) => {
      const policy = { ...defaultPolicy, backoffCapMs }
      const ms = backoffMs(policy, attempt)
      assert.ok(ms <= backoffCapMs && ms >= 0 && ms <= backoffMs(policy, attempt + 1))
    }),
  },
]
