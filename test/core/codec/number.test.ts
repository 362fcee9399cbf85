import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { numberBetween } from '../../../core/codec/number.ts'

t.test('takes numbers within its bounds, and says them when it refuses', async (t) => {
  const codec = numberBetween('a whole number', 1, 8, Number.isInteger)
  t.strictSame([1, 8].map((value) => codec.decode(value)), [E.right(1), E.right(8)])
  for (const value of [0, 9, 1.5, Number.NaN, '1', undefined]) t.ok(E.isLeft(codec.decode(value)), String(value))
  t.equal(codec.name, 'a whole number from 1 to 8')
  t.equal(codec.encode(3), 3)
})
