import t from 'tap'
import { ensureNamespace, makeRecords, makeTable } from '../../../shell/embedded/state.ts'

t.test('the same id in two namespaces is two things', async (t) => {
  const table = makeTable<number>()
  table.set('ci', 'b', 1)
  table.set('ci', 'a', 2)
  table.set('ci2', 'a', 3)
  t.same(table.of('ci'), [2, 1], 'in the order of ids, and only its own')
  t.equal(table.get('ci2', 'a'), 3)
  t.equal(table.delete('ci', 'a'), true)
  t.equal(table.delete('ci', 'a'), false)
  t.equal(table.has('ci', 'a'), false)
  t.same(table.all(), [1, 3])
})

t.test('a namespace keeps its labels when something is written into it', async (t) => {
  const records = makeRecords()
  records.namespaces.set('ci', new Map([['a', 'b']]))
  ensureNamespace(records, 'ci')
  ensureNamespace(records, 'new')
  t.same([...records.namespaces], [['ci', new Map([['a', 'b']])], ['new', new Map()]])
})
