import t from 'tap'
import { mailbox } from '../../shell/mailbox.ts'
import { settle } from '../support/virtual_clock.ts'

t.test('events come out in the order they were posted, whether the reader waits or not', async (t) => {
  const box = mailbox<number>(10)
  const read: Array<number> = []
  box.post(1)
  box.post(2)
  const reading = (async () => {
    for await (const event of box.events) read.push(event)
  })()
  await settle()
  t.same(read, [1, 2])
  box.post(3)
  await settle()
  t.same(read, [1, 2, 3])
  box.close()
  await reading
  t.equal(box.size(), 0)
})

t.test('a full mailbox takes the event all the same, and asks for patience until half of it is read', async (t) => {
  const box = mailbox<number>(4)
  t.same([box.post(1), box.post(2), box.post(3)], [undefined, undefined, undefined])
  const fourth = box.post(4)
  const fifth = box.post(5)
  t.equal(box.size(), 5, 'nothing is dropped')
  let resumed = 0
  for (const patience of [fourth, fifth]) void patience?.then(() => resumed++)
  const reader = box.events[Symbol.asyncIterator]()
  for (const wanted of [1, 2]) t.equal((await reader.next()).value, wanted)
  await settle()
  t.equal(resumed, 0)
  t.equal((await reader.next()).value, 3)
  await settle()
  t.equal(resumed, 2)
  t.equal(box.post(6), undefined, 'there is room again')
  for (const wanted of [4, 5, 6]) t.equal((await reader.next()).value, wanted)
})

t.test('closing lets the reader finish, wakes who waits for room, and ends the taking', async (t) => {
  const box = mailbox<number>(1)
  const patience = box.post(1)
  box.close()
  await patience
  t.equal(box.post(2), undefined)
  const read: Array<number> = []
  for await (const event of box.events) read.push(event)
  t.same(read, [1])
})

t.test('closing ends a reader that waits', async (t) => {
  const box = mailbox<number>(1)
  const next = box.events[Symbol.asyncIterator]().next()
  await settle()
  box.close()
  t.same(await next, { value: undefined, done: true })
})

t.test('a mailbox without room is refused at the door', async (t) => {
  t.throws(() => mailbox(0), { message: 'Cannot make a mailbox: wanted a capacity from 1 up, found 0' })
})
