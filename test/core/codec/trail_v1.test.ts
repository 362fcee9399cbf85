import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { decodeRecord, encodeRecord, millis } from '../../../core/index.ts'
import { TrailV1 } from '../../../core/codec/trail_v1.ts'
import { run } from '../../shell/store/scratch.ts'

t.test('a step is a short list', async (t) => {
  const trail = [{ what: 'delete', at: millis(5) }, { what: 'fail', at: millis(6), error: 'no "disk"' }] as const
  t.strictSame(TrailV1.encode(trail), [['delete', 5], ['fail', 6, 'no "disk"']])
  t.strictSame(TrailV1.decode(JSON.parse(JSON.stringify(TrailV1.encode(trail)))), E.right(trail))
})

t.test('a row without one reads as before, and is written as before', async (t) => {
  const json = encodeRecord(run(1))
  t.notOk(JSON.stringify(json).includes('trail'))
  t.strictSame(decodeRecord(json), E.right(run(1)))
})

t.test('what is no step is refused: where, what was wanted, what was found', async (t) => {
  const lineOf = (trail: unknown): string => {
    const read = decodeRecord({ ...encodeRecord(run(1)) as object, trail }, 'row 7')
    return E.isLeft(read) ? read.left.problems.join('; ') : 'no problem'
  }
  t.equal(lineOf([['jump', 1]]), 'Cannot read row 7.trail[0]: wanted a step such as ["delete",1700000000000], found ["jump",1]')
  for (const step of [['delete'], ['delete', '1'], ['delete', NaN], ['fail', 1, 2], ['fail', 1, 'x', 'y'], 'delete', null, {}]) {
    t.match(lineOf([step]), /^Cannot read row 7\.trail\[0\]: wanted a step /)
  }
  t.match(lineOf('delete'), /^Cannot read row 7\.trail: wanted a list of steps, found "delete"/)
  t.notOk(TrailV1.is([{ what: '__proto__', at: 1 }]))
  t.ok(TrailV1.is([{ what: 'look', at: 1 }]))
})
