import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import tap from 'tap'
import { explain, problemsOf, rejected } from '../../../core/codec/explain.ts'

const linesOf = (codec: t.Mixed, value: unknown): ReadonlyArray<string> => {
  const decoded = codec.decode(value)
  return E.isLeft(decoded) ? explain('file', decoded.left) : []
}

const Deleting = t.strict({ _tag: t.literal('Deleting'), code: t.Int }, 'Deleting')
const Done = t.strict({ _tag: t.literal('Done'), at: t.Int }, 'Done')
const Phase = t.union([Deleting, Done], 'Deleting or Done')
const Table = t.strict({ version: t.literal(1), phases: t.record(t.string, Phase, 'an object of phases') }, 'a table')

tap.test('says where, what was wanted and what was found', async (tap) => {
  tap.strictSame(linesOf(Table, { version: 2, phases: {} }), ['Cannot read file.version: wanted 1, found 2'])
  tap.strictSame(linesOf(Table, 'x'), ['Cannot read file: wanted a table, found "x"'])
  tap.strictSame(linesOf(Table, { version: 1 }), ['Cannot read file.phases: wanted an object of phases, found nothing'])
  tap.strictSame(linesOf(t.array(t.Int), [1, '2']), ['Cannot read file[1]: wanted Int, found "2"'])
  tap.strictSame(linesOf(t.record(t.string, t.Int), { 'ci/web-1': 'x' }), ['Cannot read file["ci/web-1"]: wanted Int, found "x"'])
})

tap.test('each problem has its own line', async (tap) => {
  tap.strictSame(linesOf(Table, { version: 2, phases: [] }), [
    'Cannot read file.version: wanted 1, found 2',
    'Cannot read file.phases: wanted an object of phases, found []',
  ])
})

tap.test('a union of tagged cases is told by the case that was meant', async (tap) => {
  tap.strictSame(linesOf(Table, { version: 1, phases: { a: { _tag: 'Deleting', code: '1' } } }), [
    'Cannot read file.phases.a.code: wanted Int, found "1"',
  ])
  tap.strictSame(linesOf(Table, { version: 1, phases: { a: { _tag: 'Delting' } } }), [
    'Cannot read file.phases.a: wanted Deleting or Done, found {"_tag":"Delting"}',
  ])
})

tap.test('a union without tags is one problem, not one for each member', async (tap) => {
  const text = t.union([t.string, t.null, t.undefined], 'text or nothing')
  tap.strictSame(linesOf(t.type({ text }), { text: 3 }), ['Cannot read file.text: wanted text or nothing, found 3'])
  const nullable = t.union([t.null, t.type({ a: t.Int, b: t.Int }, 'pair')], 'a pair or null')
  tap.strictSame(linesOf(nullable, { a: 'x', b: 'y' }), [
    'Cannot read file.a: wanted Int, found "x"',
    'Cannot read file.b: wanted Int, found "y"',
  ])
  tap.strictSame(linesOf(nullable, 3), ['Cannot read file: wanted a pair or null, found 3'])
  const either = t.union([t.type({ a: t.Int }), t.type({ b: t.Int })], 'a or b')
  tap.strictSame(linesOf(either, { c: 1 }), ['Cannot read file: wanted a or b, found {"c":1}'])
  const nested = t.union([t.null, t.type({ inner: t.union([t.null, t.type({ a: t.Int })]) })])
  tap.strictSame(linesOf(nested, { inner: { a: 'x' } }), ['Cannot read file.inner.a: wanted Int, found "x"'])
})

tap.test('the numbers of members stay out of the path, also below wrappers', async (tap) => {
  const both = t.intersection([t.type({ a: t.Int }), t.partial({ b: t.Int })], 'both')
  tap.strictSame(linesOf(t.exact(both), { a: 1, b: 'x' }), ['Cannot read file.b: wanted Int, found "x"'])
  tap.strictSame(linesOf(both, 3), ['Cannot read file: wanted both, found 3'], 'one line, though both parts failed')
  tap.strictSame(linesOf(t.readonly(t.union([t.null, t.type({ a: t.Int })])), { a: 'x' }), ['Cannot read file.a: wanted Int, found "x"'])
})

tap.test("a codec's own message takes the place of ours", async (tap) => {
  const even = new t.Type<number, number, unknown>('even', t.number.is, (u, c) => t.failure(u, c, 'wanted an even number'), t.identity)
  const decoded = t.type({ count: even }).decode({ count: 3 })
  tap.strictSame(E.isLeft(decoded) && problemsOf(decoded.left), [{ path: '.count', text: 'wanted an even number' }])
})

tap.test('a flood of problems is counted after twenty lines', async (tap) => {
  const lines = linesOf(t.array(t.Int), new Array(25).fill('x'))
  tap.equal(lines.length, 21)
  tap.equal(lines.at(-1), 'and 5 more problems of file')
})

tap.test('errors without a context still make a line', async (tap) => {
  tap.strictSame(explain('file', [{ value: 1, context: [] }]), ['Cannot read file: wanted another value, found nothing'])
  tap.strictSame(rejected(['x']), { _tag: 'Rejected', problems: ['x'] })
})
