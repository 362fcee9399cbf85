import * as io from 'io-ts'
import t from 'tap'
import { millisAsNumber, nanosAsText, orNull } from '../../../core/codec/json.ts'
import { nanos } from '../../../core/ids.ts'

const isRefused = (codec: io.Decoder<unknown, unknown>, value: unknown): boolean => codec.decode(value)._tag === 'Left'

t.test('64 bits survive as text', async (t) => {
  const most = 2n ** 63n - 1n
  t.equal(nanosAsText.encode(nanos(most)), '9223372036854775807')
  t.strictSame(nanosAsText.decode('9223372036854775807'), { _tag: 'Right', right: most })
  t.strictSame(nanosAsText.decode('-1'), { _tag: 'Right', right: -1n })
})

t.test('only digits are nanoseconds', async (t) => {
  for (const value of [7, 7n, '', '-', '1.5', '0x10', ' 1', '1e3', '1'.repeat(21), '9223372036854775808', null]) {
    t.ok(isRefused(nanosAsText, value), String(value))
  }
})

t.test('a time is a number, and one', async (t) => {
  t.strictSame(millisAsNumber.decode(1.5), { _tag: 'Right', right: 1.5 })
  t.strictSame(millisAsNumber.decode(-8.64e15), { _tag: 'Right', right: -8.64e15 })
  for (const value of [NaN, Infinity, 8.64e15 + 1, '7', undefined]) t.ok(isRefused(millisAsNumber, value), String(value))
})

t.test('null is nothing, and nothing is missing', async (t) => {
  const text = orNull(io.string)
  t.equal(text.encode(undefined), null)
  t.strictSame(text.decode(null), { _tag: 'Right', right: undefined })
  t.ok(isRefused(text, undefined))
  t.ok(text.is(undefined) && text.is('x') && !text.is(3))
})
