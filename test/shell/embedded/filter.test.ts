import t from 'tap'
import { fieldsOf, parseFilter, parseFilters, passes } from '../../../shell/embedded/filter.ts'

const container = fieldsOf({
  id: 'web-1',
  image: '',
  labels: new Map([['tier', 'front'], ['a.b', 'c'], ['x/y-z', '1'], ['empty', '']]),
})

const passing = (...filters: ReadonlyArray<string>): boolean => {
  const parsed = parseFilters(filters)
  if (parsed._tag === 'Left') throw new Error(parsed.left)
  return passes(parsed.right, container)
}

t.test('matches as containerd does', async (t) => {
  const rows: ReadonlyArray<readonly [boolean, ...ReadonlyArray<string>]> = [
    [true],
    [true, ''],
    [true, 'id==web-1'],
    [false, 'id==web-2'],
    [true, 'id==web-2', 'id==web-1'],
    [false, 'id==web-1,labels.tier==back'],
    [true, 'id==web-1,labels.tier==front'],
    [true, 'labels.a.b==c'],
    [true, 'labels."a.b"==c'],
    [true, 'labels."x/y-z"==1'],
    [true, 'labels.tier'],
    [true, 'labels.empty'],
    [false, 'labels.none'],
    [false, 'image'],
    [true, 'labels.none!=x'],
    [true, 'id~=^web'],
    [true, 'id~=/b-1$/'],
    [true, 'id~=|WEB|', 'id~="(?i)^WEB"'],
    [false, 'id~=WEB'],
    [false, 'nothing==x'],
    [false, 'nothing~=x'],
    [true, 'nothing~="^$"'],
    [true, 'id== web-1, labels.tier ==front'],
    [true, 'id=="web\\x2d1"'],
    [true, 'id~="^web\\\\-\\\\d$"'],
    [true, 'labels.tier~="(?P<a>fr)ont\\\\z"'],
  ]
  for (const [wanted, ...filters] of rows) t.equal(passing(...filters), wanted, JSON.stringify(filters))
})

t.test('a regular expression that Go would not take never matches, and is no error', async (t) => {
  t.equal(passing('id~="("'), false)
  t.equal(passing('id~="web(?=-1)"'), false)
})

t.test('refuses what containerd refuses, with the place', async (t) => {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ['topic==/tasks/exit', 'filters: parse error: [topic== >|/|< tasks/exit]: invalid quote encountered'],
    ['topic~=/tasks/exit', 'filters: parse error: [topic~=/tasks/ >|e|< xit]: unexpected input: e'],
    ['labels.a-b==c', 'filters: parse error: [labels.a >|-|< b==c]: expected an operator ("=="|"!="|"~=")'],
    ['id=x', 'filters: parse error: [id= >|x|< ]: unsupported operator "="'],
    ['id==', 'filters: parse error: [id==]: expected value or quoted'],
    ['id==a,', 'filters: parse error: [id==a,]: expected field or quoted'],
    ['id=="a', 'filters: parse error: [id== >|"|< a]: quoted literal not terminated'],
    ['id=="\\q"', 'filters: parse error: [id== >|"|< \\q"]: illegal escape sequence'],
    ['id=="\\UFFFFFFFF"', 'filters: parse error: [id== >|"|< \\UFFFFFFFF"]: unquoting failed: quote syntax error'],
    ['==a', 'filters: parse error: [ >|=|< =a]: expected field or quoted'],
    ['a.==b', 'filters: parse error: [a. >|=|< =b]: expected field or quoted'],
    ['/a/==b', 'filters: parse error: [ >|/|< a/==b]: invalid quote encountered'],
  ]
  for (const [text, wanted] of rows) t.same(parseFilter(text), { _tag: 'Left', left: wanted }, text)
})

t.test('one wrong filter spoils the list', async (t) => {
  t.equal(parseFilters(['id==a', 'id=x'])._tag, 'Left')
})

t.test('reads into data', async (t) => {
  t.same(parseFilter('namespace==ci,labels."a/b",id!=x'), {
    _tag: 'Right',
    right: [
      { _tag: 'Equal', path: ['namespace'], value: 'ci' },
      { _tag: 'Present', path: ['labels', 'a/b'] },
      { _tag: 'NotEqual', path: ['id'], value: 'x' },
    ],
  })
})
