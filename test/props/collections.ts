/** Table, queue and slots against the plainest thing that does the same. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type ContainerKey, containerKey, parts } from '../../core/ids.ts'
import { emptyQueue, first, length, push, type Queue, rest, toArray } from '../../core/queue.ts'
import { dequeue, enqueue, noSlots, type Slots } from '../../core/slots.ts'
import { empty, entries, insert, lookup, remove, size, type Table } from '../../core/table.ts'
import type { Prop } from '../support/property.ts'

/** `Aa` and `BB` have the same hash in immutable, and so has whatever is made of them. */
const key = fc.array(fc.constantFrom('Aa', 'BB', 'x', '__proto__'), { maxLength: 4 }).map((pieces) => pieces.join(''))
const edit = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) })

const member = fc.tuple(fc.constantFrom('ci', 'qa', 'dev'), fc.nat(5)).map(([namespace, n]) => containerKey(namespace, `web-${n}`))

export const props: ReadonlyArray<Prop> = [
  {
    name: 'a table holds what a Map holds, sorted by key, and old tables stay as they were',
    property: fc.property(fc.array(edit, { maxLength: 60, size: 'max' }), (edits) => {
      const model = new Map<string, number>()
      let table: Table<string, number> = empty()
      for (const { key, value } of edits) {
        const [before, held] = [table, entries(table)]
        if (value === undefined) {
          model.delete(key)
          table = remove(key, table)
        } else {
          model.set(key, value)
          table = insert(key, value, table)
        }
        assert.deepEqual(entries(before), held)
        assert.equal(lookup(key, table), model.get(key))
        assert.equal(size(table), model.size)
        assert.deepEqual(entries(table), [...model].sort(([a], [b]) => (a < b ? -1 : 1)))
      }
    }),
  },
  {
    name: 'a queue gives back what was pushed, in that order, and old queues stay as they were',
    property: fc.property(fc.array(fc.option(fc.nat(), { nil: undefined }), { maxLength: 60, size: 'max' }), (moves) => {
      let model: ReadonlyArray<number> = []
      let queue: Queue<number> = emptyQueue()
      for (const value of moves) {
        const [before, held] = [queue, toArray(queue)]
        model = value === undefined ? model.slice(1) : [...model, value]
        queue = value === undefined ? rest(queue) : push(value, queue)
        assert.deepEqual(toArray(before), held)
        assert.deepEqual(toArray(queue), model)
        assert.equal(first(queue), model[0])
        assert.equal(length(queue), model.length)
      }
    }),
  },
  {
    name: 'slots: everybody gets a turn, in the order of their coming within a namespace',
    property: fc.property(fc.array(fc.option(member, { nil: undefined }), { maxLength: 60, size: 'max' }), (moves) => {
      let slots: Slots = noSlots
      let waiting: ReadonlyArray<ContainerKey> = []
      for (const key of moves) {
        if (key !== undefined) {
          slots = enqueue(key, slots)
          waiting = [...waiting, key]
          continue
        }
        const next = dequeue(slots)
        assert.equal(next === undefined, waiting.length === 0)
        if (next === undefined) continue
        const [turn, left] = next
        assert.equal(turn, waiting.find((other) => parts(other)[0] === parts(turn)[0]))
        const place = waiting.indexOf(turn)
        waiting = [...waiting.slice(0, place), ...waiting.slice(place + 1)]
        slots = left
      }
      assert.equal(slots.inFlight, 0)
    }),
  },
  {
    name: 'slots: of all who wait, no namespace gets a second turn before each other one had its next',
    property: fc.property(fc.array(member, { minLength: 1, maxLength: 40, size: 'max' }), (keys) => {
      let slots = keys.reduce((all: Slots, key) => enqueue(key, all), noSlots)
      const turns: Array<string> = []
      for (let next = dequeue(slots); next !== undefined; next = dequeue(slots)) {
        turns.push(parts(next[0])[0])
        slots = next[1]
      }
      const fair: Array<string> = []
      const namespaces = [...new Set(keys.map((key) => parts(key)[0]))]
      const counts = new Map(namespaces.map((name) => [name, keys.filter((key) => parts(key)[0] === name).length]))
      for (let round = 0; fair.length < keys.length; round++) fair.push(...namespaces.filter((name) => (counts.get(name) ?? 0) > round))
      assert.deepEqual(turns, fair)
    }),
  },
]
