import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { identifier, isIdentifier } from '../../../core/codec/identifier.ts'

t.test('takes what containerd takes for a namespace or an id', async (t) => {
  for (const name of ['ci', 'k8s.io', 'a', '0', 'a-b_c.d', 'A1', 'x'.repeat(76)]) t.ok(isIdentifier(name), name)
  for (const name of ['', '-a', 'a-', 'a--b', 'a..b', 'a/b', 'a b', 'ä', 'a\n', 'x'.repeat(77)]) t.notOk(isIdentifier(name), name)
})

t.test('as a codec', async (t) => {
  t.strictSame(identifier.decode('ci'), E.right('ci'))
  t.ok(E.isLeft(identifier.decode(3)))
  t.ok(E.isLeft(identifier.decode('a b')))
  t.strictSame([identifier.is('ci'), identifier.is(3), identifier.encode('ci')], [true, false, 'ci'])
})
