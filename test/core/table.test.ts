import t from 'tap'
import { empty, entries, insert, lookup, remove, size } from '../../core/table.ts'

t.test('finds what was inserted, and the last value of a key', async (t) => {
  const table = insert('a', 2, insert('a', 1, empty<string, number>()))
  t.equal(lookup('a', table), 2)
  t.equal(lookup('b', table), undefined)
  t.equal(size(table), 1)
})

t.test('an insert that changes nothing gives the same table, to the reference', async (t) => {
  const value = {}
  const table = insert('a', value, empty<string, object>())
  t.equal(insert('a', value, table), table)
  t.equal(remove('b', table), table)
})

t.test('gives its entries in the order of their keys, with few and with many', async (t) => {
  for (const count of [3, 8, 9, 200]) {
    const keys = Array.from({ length: count }, (_, i) => `web-${(i * 7_919) % 1_000}`)
    const table = keys.reduce((filled, key) => insert(key, key, filled), empty<string, string>())
    t.strictSame(entries(table).map(([key]) => key), [...new Set(keys)].sort())
  }
})

t.test('keys are names from outside: __proto__ is one like any other, and equal hashes are no equal keys', async (t) => {
  const table = insert('__proto__', 1, insert('Aa', 2, insert('BB', 3, empty<string, number>())))
  t.strictSame(entries(table), [['Aa', 2], ['BB', 3], ['__proto__', 1]])
})
