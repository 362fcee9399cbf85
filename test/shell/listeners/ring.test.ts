import t from 'tap'
import { makeRing } from '../../../shell/listeners/ring.ts'

t.test('a ring keeps the last so many, by their positions', async (t) => {
  const ring = makeRing<string>(3)
  t.strictSame([ring.first(), ring.end(), ring.at(0)], [0, 0, undefined])
  for (const item of ['a', 'b', 'c', 'd', 'e']) ring.append(item)
  t.strictSame([ring.first(), ring.end()], [2, 5])
  t.strictSame([0, 1, 2, 3, 4, 5].map(ring.at), [undefined, undefined, 'c', 'd', 'e', undefined])
  t.equal(ring.append('f'), 5, 'the position of the item')
})
