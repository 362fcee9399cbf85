import t from 'tap'
import { type ContainerKey, containerKey } from '../../core/ids.ts'
import { toArray } from '../../core/queue.ts'
import { dequeue, enqueue, noSlots, type Slots } from '../../core/slots.ts'
import { size } from '../../core/table.ts'

const drain = (slots: Slots): ReadonlyArray<ContainerKey> => {
  const next = dequeue(slots)
  return next === undefined ? [] : [next[0], ...drain(next[1])]
}
const waiting = (...keys: ReadonlyArray<ContainerKey>): Slots => keys.reduce((slots, key) => enqueue(key, slots), noSlots)

t.test('namespaces take turns: a burst in one does not hold up the other', async (t) => {
  const burst = Array.from({ length: 5 }, (_, i) => containerKey('ci', `web-${i}`))
  const lone = containerKey('qa', 'db-1')
  t.strictSame(drain(waiting(...burst, lone)).slice(0, 2), [burst[0], lone])
  t.equal(drain(waiting(...burst, lone)).length, 6)
})

t.test('within a namespace it is first come, first served', async (t) => {
  const keys = ['b', 'a', 'c'].map((id) => containerKey('ci', id))
  t.strictSame(drain(waiting(...keys)), keys)
})

t.test('nobody waits: no turn, and nothing is left of a namespace that has had its last', async (t) => {
  t.equal(dequeue(noSlots), undefined)
  const [, left] = dequeue(waiting(containerKey('ci', 'a'))) ?? []
  t.equal(left === undefined ? -1 : size(left.waiting), 0)
  t.strictSame(left === undefined ? [''] : toArray(left.turns), [])
})
