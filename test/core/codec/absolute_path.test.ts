import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { absolutePath, pathOrNone } from '../../../core/codec/absolute_path.ts'

const path = absolutePath('a path of at most 9 bytes', 9)

t.test('takes a path from the root, with or without the scheme of a socket', async (t) => {
  for (const text of ['/run/x', 'unix:/run/x', 'unix:///run/x']) t.same(path.decode(text), E.right('/run/x'))
})

t.test('takes nothing else', async (t) => {
  for (const value of ['run/x', '', './x', '/run\n', 7, undefined]) t.notOk(path.is(value), JSON.stringify(value))
})

t.test('counts bytes, not letters', async (t) => {
  t.ok(path.is('/run/1234'))
  t.notOk(path.is('/run/12345'))
  t.ok(path.is('/é/é/é'))
  t.notOk(path.is('/é/é/éé'))
})

t.test('or nothing, where nothing will do', async (t) => {
  const optional = pathOrNone('a path or nothing', 9)
  t.same([optional.decode(''), optional.decode('unix:/x'), optional.encode('/x')], [E.right(''), E.right('/x'), '/x'])
  t.ok(E.isLeft(optional.decode('x')))
  t.same([optional.is(''), optional.is('/x'), optional.is('x')], [true, true, false])
})
