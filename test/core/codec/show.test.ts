import t from 'tap'
import { show } from '../../../core/codec/show.ts'

t.test('every kind of value has a short name on one line', async (t) => {
  const cases: ReadonlyArray<readonly [unknown, string]> = [
    ['web-1', '"web-1"'],
    ['two\nlines', '"two\\nlines"'],
    [137, '137'],
    [137n, '137'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'nothing'],
    [() => 0, 'a function'],
    [Symbol('x'), 'a symbol'],
    [[1, 'a'], '[1,"a"]'],
    [{ id: 'a', 'b c': [] }, '{"id":"a","b c":[]}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9], '[1,2,3,4,5,6,7,8,…]'],
    [Object.fromEntries('abcdefghi'.split('').map((key) => [key, 1])), '{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,…}'],
    [[[[[[1]]]]], '[[[[[…]]]]]'],
    [{ a: { a: { a: { a: { a: 1 } } } } }, '{"a":{"a":{"a":{"a":{…}}}}}'],
  ]
  for (const [value, text] of cases) t.equal(show(value), text)
})

t.test('a long value is cut, and not in the middle of a character', async (t) => {
  t.equal(show('x'.repeat(1_000)), `"${'x'.repeat(70)}…`)
  t.equal(show(`${'x'.repeat(69)}😀😀`), `"${'x'.repeat(69)}…`)
})

t.test('what a terminal would act on is written out', async (t) => {
  t.equal(show('\u001b[2J\u009b1m\u202e'), '"\\u001b[2J\\u009b1m\\u202e"')
})

t.test('a cycle or an object that refuses to be read does not throw', async (t) => {
  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  t.equal(show(cycle), '{"self":{"self":{"self":{"self":{…}}}}}')
  const hostile = {
    get a(): never {
      throw new Error('no')
    },
  }
  t.equal(show(hostile), 'an object that cannot be read')
})
