import t from 'tap'
import { aborted, latch, orAborted } from '../../../shell/embedded/latch.ts'

t.test('opens once', async (t) => {
  const one = latch<number>()
  t.equal(one.opened(), false)
  one.open(1)
  one.open(2)
  t.equal(one.opened(), true)
  t.equal(await one.promise, 1)
})

t.test('an abort wins over a promise that stays open, and leaves no listener when it does not come', async (t) => {
  const controller = new AbortController()
  t.equal(await orAborted(controller.signal, Promise.resolve('done'), 'gone'), 'done')
  const waiting = orAborted(controller.signal, latch<string>().promise, 'gone')
  const heard = aborted(controller.signal)
  controller.abort()
  t.equal(await waiting, 'gone')
  await heard
  await aborted(controller.signal)
  t.equal(await orAborted(controller.signal, Promise.resolve('done'), 'gone'), 'gone')
})
