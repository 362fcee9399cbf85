import t from 'tap'
import { isWantedContainer, isWantedPod, resolveId } from '../../../core/cri/select.ts'
import { podFactsFor, renderContainer, renderPod, unknownFacts } from '../../../core/cri/render.ts'
import { nanos } from '../../../core/ids.ts'

const ids = ['abc', 'abd', 'ab', 'xyz']
const resolve = (given: string) => resolveId(given, (id) => ids.includes(id), () => ids)

t.test('ids by their beginnings', async (t) => {
  t.strictSame(resolve('abc'), { _tag: 'Found', id: 'abc' })
  t.strictSame(resolve('x'), { _tag: 'Found', id: 'xyz' })
  t.strictSame(resolve('ab'), { _tag: 'Found', id: 'ab' }, 'a whole id means itself')
  t.strictSame(resolve('a'), { _tag: 'Ambiguous' })
  t.strictSame(resolve('b'), { _tag: 'Unknown' })
  t.strictSame(resolve(''), { _tag: 'Unknown' })
})

t.test('a whole id is found without looking at the others', async (t) => {
  t.strictSame(resolveId('abc', () => true, () => t.fail('it looked') ? [] : []), { _tag: 'Found', id: 'abc' })
})

t.test('all of a filter has to hold', async (t) => {
  const facts = { ...unknownFacts('a', nanos(1n)), labels: new Map([['x', '1'], ['y', '2']]) }
  const container = renderContainer({ id: 'a', runs: [] }, 'p', facts, undefined)
  const any = { state: undefined, labels: new Map<string, string>() }
  t.ok(isWantedContainer(any)(container))
  t.ok(isWantedContainer({ state: 'CREATED', labels: new Map([['x', '1'], ['y', '2']]) })(container))
  t.notOk(isWantedContainer({ ...any, state: 'RUNNING' })(container))
  t.notOk(isWantedContainer({ ...any, state: 'UNKNOWN' })(container))
  t.notOk(isWantedContainer({ ...any, labels: new Map([['x', '1'], ['y', '3']]) })(container))
  const pod = renderPod('p', podFactsFor('p', 'ci', facts), 'READY')
  t.ok(isWantedPod({ state: 'READY', labels: new Map() })(pod))
  t.notOk(isWantedPod({ state: 'NOTREADY', labels: new Map() })(pod))
  t.notOk(isWantedPod({ state: undefined, labels: new Map([['x', '1']]) })(pod))
})
