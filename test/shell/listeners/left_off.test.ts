import t from 'tap'
import { leftOff } from '../../../shell/listeners/left_off.ts'
import { placeAt } from '../../../shell/listeners/receipt.ts'

const at = placeAt

t.test('the first to come begins at the beginning, the next one beside it has no place', async (t) => {
  const places = leftOff()
  t.strictSame(places.take(), at(0))
  t.equal(places.take(), undefined)
})

t.test('whoever comes is given the oldest place, and the newest is struck off', async (t) => {
  const places = leftOff()
  places.take()
  for (const position of [7, 3, 9]) places.leave(at(position))
  t.strictSame([places.take(), places.take(), places.take(), places.take()], [at(3), at(3), at(3), undefined])
})

t.test('looking on takes nothing', async (t) => {
  const places = leftOff()
  t.strictSame([places.peek(), places.peek(), places.take(), places.peek()], [at(0), at(0), at(0), undefined])
})

t.test('places are bounded, and the oldest are those that stay', async (t) => {
  const places = leftOff()
  for (let position = 5_000; position > 0; position--) places.leave(at(position))
  t.strictSame(places.peek(), at(0))
  let count = 0
  while (places.take() !== undefined) count++
  t.equal(count, 1_024)
})
