import t from 'tap'
import { taskOom } from '../../../shell/embedded/events.ts'
import { makeForwarder } from '../../../shell/embedded/forwarder.ts'
import { latch } from '../../../shell/embedded/latch.ts'

const here = (up: boolean, stepMs: number | 'manual', tries: number) => {
  const state = { up, delivered: [] as Array<string>, asked: 0 }
  const some = latch()
  const forwarder = makeForwarder({
    isUp: () => {
      state.asked += 1
      if (state.asked === tries) some.open()
      return state.up
    },
    deliver: (_namespace, { topic }) => {
      state.delivered.push(topic)
      some.open()
    },
    stepMs,
    tries,
  })
  return { state, forwarder, some: some.promise }
}

t.test('hands on at once while the daemon is there', async (t) => {
  const { state, forwarder } = here(true, 1000, 6)
  forwarder.send('ci', taskOom('a'))
  t.same(state.delivered, ['/tasks/oom'])
  t.equal(forwarder.waiting(), 0)
})

t.test('tries again until the daemon is back', async (t) => {
  const { state, forwarder, some } = here(false, 1, 1000)
  forwarder.send('ci', taskOom('a'))
  t.equal(forwarder.waiting(), 1)
  state.up = true
  await some
  t.same(state.delivered, ['/tasks/oom'])
})

t.test('gives up after the last try', async (t) => {
  const { state, forwarder, some } = here(false, 1, 3)
  forwarder.send('ci', taskOom('a'))
  await some
  t.equal(forwarder.waiting(), 0)
  t.same(state.delivered, [])
})

t.test('by hand: nothing happens before the flush, and nothing after a drop', async (t) => {
  const { state, forwarder } = here(false, 'manual', 6)
  forwarder.send('ci', taskOom('a'))
  forwarder.flush()
  t.same(state.delivered, ['/tasks/oom'])
  forwarder.send('ci', taskOom('b'))
  forwarder.drop()
  forwarder.flush()
  t.equal(state.delivered.length, 1)
})
