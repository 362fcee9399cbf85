/** A reader's place: what it is given of each page, against a log that drops its oldest at any moment. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Announcement } from '../../../../core/index.ts'
import { cursorAt, turnPage } from '../../../../shell/listeners/cursor.ts'
import { said } from '../../../shell/store/scratch.ts'
import type { Vector } from '../../../support/property.ts'

/** The log grows, drops its oldest, and is read, in any order; some numbers are passed over. */
const move = fc.oneof(
  fc.record({ grow: fc.constant(1), skip: fc.nat(2) }, { noNullPrototype: true }),
  fc.record({ drop: fc.integer({ min: 1, max: 4 }) }, { noNullPrototype: true }),
  fc.record({ read: fc.integer({ min: 1, max: 3 }) }, { noNullPrototype: true }),
)

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'cursor: every announcement from the number on is given once, in order, or counted in the gap before the next',
    run: () =>
      fc.assert(
        fc.property(fc.option(fc.nat(12), { nil: undefined }), fc.array(move, { maxLength: 60 }), (from, moves) => {
          let kept: ReadonlyArray<Announcement> = []
          let [last, dropped] = [0, 0]
          let cursor = cursorAt(from)
          let wanted = Math.max(1, from ?? 1)
          let hasBegun = from !== undefined
          const read = (limit: number): void => {
            const announcements = kept.filter(({ seq }) => seq >= cursor.next).slice(0, limit)
            const [behind, items] = turnPage(cursor, { announcements, dropped })
            cursor = behind
            for (const item of items) {
              if (item._tag === 'Gap') {
                assert.ok(hasBegun, 'who asked for no number misses nothing before its first page')
                assert.equal(item.missed, dropped - wanted + 1, 'all the numbers that are kept no longer')
                wanted = dropped + 1
                continue
              }
              if (!hasBegun) wanted = Math.max(wanted, dropped + 1)
              assert.ok(item.seq >= wanted && !kept.some(({ seq }) => seq >= wanted && seq < item.seq), 'none is passed over')
              assert.ok(item.seq > dropped && wanted > dropped, 'what was dropped has been told of')
              wanted = item.seq + 1
            }
            if (!hasBegun) wanted = Math.max(wanted, dropped + 1)
            hasBegun = true
          }
          for (const step of moves) {
            if ('grow' in step) {
              last += 1 + step.skip
              kept = [...kept, said(last)]
            } else if ('drop' in step) {
              dropped = kept[step.drop - 1]?.seq ?? last
              kept = kept.slice(step.drop)
            } else read(step.read)
          }
          read(Infinity)
          assert.ok(cursor.next > last, 'in the end all has been read')
        }),
        { numRuns: 500 },
      ),
  },
  {
    name: 'cursor: the first number is 1, so nothing before it was missed',
    run: () => {
      for (const from of [0, 1, -3]) {
        const [, items] = turnPage(cursorAt(from), { announcements: [said(5)], dropped: 4 })
        assert.deepEqual(items, [{ _tag: 'Gap', missed: 4 }, said(5)])
      }
    },
  },
]
