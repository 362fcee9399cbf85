import t from 'tap'
import { isIdentifier, namespaceOf, noContainer, noTask, notFound } from '../../../shell/embedded/refusal.ts'

t.test('names follow the rule of containerd', async (t) => {
  for (const name of ['a', 'web-1', 'k8s.io', 'A_b', 'x'.repeat(76)]) t.equal(isIdentifier(name), true, name)
  for (const name of ['', '-a', 'a-', 'a..b', 'a/b', 'a b', 'x'.repeat(77)]) t.equal(isIdentifier(name), false, name)
})

t.test('a call without a namespace, or with a bad one, is refused', async (t) => {
  t.same(namespaceOf('ci'), { _tag: 'Right', right: 'ci' })
  t.same(namespaceOf(''), { _tag: 'Left', left: { code: 9, message: 'namespace is required: failed precondition' } })
  t.match(namespaceOf('-x'), { left: { code: 3, message: /^namespace validation: identifier "-x" must match .*: invalid argument$/ } })
})

t.test('the texts end with the class, but for a task that is not there', async (t) => {
  t.same(notFound('image "x"'), { _tag: 'Left', left: { code: 5, message: 'image "x": not found' } })
  t.same(noContainer('ci', 'x'), { _tag: 'Left', left: { code: 5, message: 'container "x" in namespace "ci": not found' } })
  t.same(noTask('x'), { _tag: 'Left', left: { code: 5, message: 'task x not found' } })
})
