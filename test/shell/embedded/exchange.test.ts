import t from 'tap'
import { subjectOf, taskExit, taskOom } from '../../../shell/embedded/events.ts'
import { makeExchange } from '../../../shell/embedded/exchange.ts'
import { delayed, dropped, held, makeFaults, onEvent, overtaken, repeated } from '../../../shell/embedded/faults.ts'
import { parseFilters } from '../../../shell/embedded/filter.ts'

const exit = (id: string) => taskExit(id, id, 1, { status: 0, atNs: 1n })

const here = (...filters: ReadonlyArray<string>) => {
  const faults = makeFaults()
  const exchange = makeExchange(faults)
  const got: Array<string> = []
  const parsed = parseFilters(filters)
  const end = exchange.subscribe(parsed._tag === 'Right' ? parsed.right : [], ({ event }) => got.push(subjectOf(event)))
  return { faults, exchange, got, end }
}

t.test('gives every subscriber what passes its filters, until it ends', async (t) => {
  const { exchange, got, end } = here('namespace==ci,topic=="/tasks/exit"')
  exchange.publish('ci', exit('a'))
  exchange.publish('other', exit('b'))
  exchange.publish('ci', taskOom('c'))
  end()
  exchange.publish('ci', exit('d'))
  t.same(got, ['a'])
  t.equal(exchange.log().length, 4)
})

t.test('tells when an event was handed out', async (t) => {
  const { exchange } = here()
  const second = exchange.published('/tasks/exit', undefined, 2)
  exchange.publish('ci', exit('a'))
  exchange.publish('ci', taskOom('a'))
  exchange.publish('ci', exit('b'))
  t.equal(subjectOf((await second).event), 'b')
  t.equal(subjectOf((await exchange.published('/tasks/exit', 'a')).event), 'a')
})

t.test('drops, repeats, holds, delays and reorders', async (t) => {
  const { faults, exchange, got } = here()
  faults.set(onEvent('/tasks/exit', dropped, { id: 'dropped' }))
  faults.set(onEvent('/tasks/exit', repeated(2), { id: 'twice' }))
  faults.set(onEvent('/tasks/exit', overtaken(2), { id: 'slow' }))
  faults.set(onEvent('/tasks/exit', delayed(1), { id: 'later' }))
  const hold = faults.set(onEvent('/tasks/exit', held, { id: 'held' }))
  for (const id of ['dropped', 'twice', 'held', 'slow', 'a', 'b', 'later']) exchange.publish('ci', exit(id))
  t.same(got, ['twice', 'twice', 'a', 'b', 'slow'])
  await exchange.published('/tasks/exit', 'later')
  hold.release()
  await exchange.published('/tasks/exit', 'held')
  t.same(got.slice(5), ['later', 'held'])
  exchange.stop()
})
