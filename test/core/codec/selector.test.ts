import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { explain } from '../../../core/codec/explain.ts'
import { selector, selectorProblem } from '../../../core/codec/selector.ts'

t.test('takes filters that containerd takes and that can match a container', async (t) => {
  const good = [
    'labels.app==web',
    'labels.app!=web',
    'labels.app',
    'id',
    'id~=/^ci-/',
    'id~=|^ci/|',
    'id~="^ci-\\\\d+$"',
    'labels."example.com/team"==core',
    'labels."say \\"hi\\""==x',
    'labels.a.b.c==d',
    'labels.path=="/x"',
    'runtime.name==io.containerd.runc.v2,image~=/busybox/',
    'id==a, image==b',
    'id == a',
    'id==a-b_c.d/e:f',
    'id==a"b"',
    'id=="\\x41\\u0041\\U0010FFFF\\377\\n"',
  ]
  for (const filter of good) t.equal(selectorProblem(filter), undefined, filter)
})

t.test('refuses what containerd would refuse, with the reason', async (t) => {
  const bad: ReadonlyArray<readonly [filter: string, problem: RegExp]> = [
    ['topic==/x', /^wanted double quotes around a value that begins with \/, such as =="\/x"$/],
    ['labels.path==/x,id', /such as =="\/x"$/],
    ['labels.path==|x', /begins with \|/],
    ['id~=/exit/x', /^wanted a comma or the end, found "x"$/],
    ['id~=/tasks', /^wanted a closed quotation at "\/tasks"/],
    ['id~=/\\d/', /a backslash is written twice/],
    ['id=="a', /closed quotation/],
    ['id=="\\q"', /closed quotation/],
    ['id=="\\U00110000"', /closed quotation/],
    ['labels."a==b', /closed quotation/],
    ['labels.app-name==x', /^wanted quotes around a name that has "-" in it/],
    ['labels.a/b==x', /has "\/" in it/],
    ['id=a', /^wanted ==, != or ~=, found =$/],
    ['id===a', /found ===$/],
    ['id==', /^wanted a value after ==$/],
    ['id== ~a', /^wanted a value after ==$/],
    ['id==a,', /^wanted the name of a field at ""$/],
    ['==a', /^wanted the name of a field/],
    ['id==a b', /^wanted a comma or the end, found " b"$/],
    ['id==a ,image==b', /^wanted a comma or the end/],
    ['', /^wanted a filter, found an empty one/],
    ['  ', /^wanted a filter, found an empty one/],
  ]
  for (const [filter, problem] of bad) t.match(selectorProblem(filter) ?? 'no problem', problem, filter)
})

t.test('refuses what containerd would take, and what would then match nothing or everything', async (t) => {
  for (const filter of ['name==web', 'label.app==web', 'labels==web', 'runtime==runc', 'namespace!=ci', '"id"==x']) {
    t.match(selectorProblem(filter) ?? '', /^wanted id, image, runtime\.name or labels\.KEY, found/, filter)
  }
  t.match(selectorProblem('id~=/(?!a)b/') ?? '', /no look-ahead/)
  t.match(selectorProblem('id~=/(?<=a)b/') ?? '', /no look-ahead/)
  t.equal(selectorProblem('labels.k=="(?!a"'), undefined, 'a value that is no regex may look like one')
})

t.test('as a codec it trims, and quotes the filter in its refusal', async (t) => {
  t.strictSame(selector.decode(' id==a '), E.right('id==a'))
  t.strictSame([selector.is('id'), selector.is('='), selector.is(3), selector.encode('id')], [true, false, false, 'id'])
  const refused = selector.decode('labels==x')
  t.strictSame(E.isLeft(refused) && explain('filter', refused.left), [
    'Cannot read filter: wanted id, image, runtime.name or labels.KEY, found "labels"; the filter is "labels==x"',
  ])
  const number = selector.decode(3)
  t.strictSame(E.isLeft(number) && explain('filter', number.left), [
    "Cannot read filter: wanted a filter in containerd's syntax, such as labels.app==web, found 3",
  ])
})
