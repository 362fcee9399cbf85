import t from 'tap'
import { emptyQueue, first, length, push, rest, toArray } from '../../core/queue.ts'

t.test('first in, first out', async (t) => {
  const queue = push('b', push('a', emptyQueue<string>()))
  t.equal(first(queue), 'a')
  t.equal(first(rest(queue)), 'b')
  t.equal(length(queue), 2)
  t.strictSame(toArray(rest(queue)), ['b'])
})

t.test('an empty one has no first and an empty rest', async (t) => {
  t.equal(first(emptyQueue()), undefined)
  t.equal(length(rest(emptyQueue())), 0)
})
