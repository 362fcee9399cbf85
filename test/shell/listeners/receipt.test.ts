import t from 'tap'
import { makeReceipt, type Place, placeAt } from '../../../shell/listeners/receipt.ts'

const begin: Place = placeAt(10)
const receipt = (from: Place = begin, at = 0) => makeReceipt(from, at, 100, 1_000)

t.test('nothing written, nothing read', async (t) => {
  t.equal(receipt().place(5_000).position, 10)
})

t.test('what was written long enough ago has been read, what is younger may not have been', async (t) => {
  const { written, place } = receipt()
  written(10, 1, 0)
  written(11, 1, 50)
  written(12, 1, 300)
  t.equal(place(300).position, 11, 'of what is younger than the window, up to a window more is unread')
  t.equal(place(399).position, 11)
  t.equal(place(400).position, 13, 'all')
})

t.test('a listener that does not read may have left as much as buffers hold', async (t) => {
  const { written, place } = receipt()
  for (let n = 0; n < 50; n++) written(10 + n, 100, n)
  const unread = place(1_000_000, 1_000).position
  t.ok(unread <= 50 && unread >= 39, `${unread}: a window of 10 messages back, or up to twice that`)
})

t.test('one that has gone before the transport took all had full buffers, however old what is in them', async (t) => {
  const { written, place } = receipt()
  for (let n = 0; n < 8; n++) written(10 + n, 100, n * 1_000)
  t.equal(place(60_000, 1).position, 10, 'they hold as much')
  t.equal(place(60_000).position, 18, 'all, when nothing waits to be taken')
})

t.test('of listeners whose buffers are full for a moment when they go, enough count together all the same', async (t) => {
  let place = begin
  for (let round = 0; round < 40; round++) {
    const { written, place: left } = receipt(place, round * 20)
    for (let position = place.position; position < 12; position++) written(position, 1, round * 20)
    place = left(round * 20 + 19, 1)
  }
  t.equal(place.position, 12)
})

t.test('listeners that follow each other fast count together', async (t) => {
  let place = begin
  let now = 0
  let told = 0
  for (let round = 0; round < 100; round++) {
    const { written, place: left } = receipt(place, now)
    for (let position = place.position; position <= 10 + round; position++) {
      written(position, 1, now)
      told++
    }
    now += 20
    place = left(now)
    t.ok(place.position <= 11 + round, 'no more than was told')
  }
  t.ok(place.position > 80, `${place.position}: it moves on`)
  t.ok(told < 100 * 25, `told ${told} events in 100 rounds`)
})

t.test('two that go at once, one after the other, may both have read nothing', async (t) => {
  const first = receipt()
  for (let position = 10; position < 20; position++) first.written(position, 1, 0)
  const left = first.place(80)
  t.equal(left.position, 10)
  const second = receipt(left, 80)
  for (let position = 10; position < 20; position++) second.written(position, 1, 80)
  t.equal(second.place(150).position, 10, 'though it was first written longer ago than the window')
})

t.test('the time when nobody listens does not count', async (t) => {
  const { written, place } = receipt()
  written(10, 1, 0)
  const left = place(50)
  t.equal(left.position, 10)
  t.equal(receipt(left, 1_000_000).place(1_000_010).position, 10)
})

t.test('what an earlier listener was told counts only as far as this one has come', async (t) => {
  const earlier = receipt()
  for (let position = 10; position < 20; position++) earlier.written(position, 1, 0)
  earlier.written(20, 1, 150)
  const left = earlier.place(160)
  t.strictSame([left.position, left.told], [11, 21])
  const later = receipt(left, 160)
  later.written(11, 1, 160)
  later.written(12, 1, 160)
  t.equal(later.place(260).position, 13, 'not 21, though that was written long ago')
})
