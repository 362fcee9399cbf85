import t from 'tap'
import { listenersLeft } from '../../shell/task/cancellable.ts'
import { longestSleepMs, systemClock } from '../../shell/clock.ts'

const never = (): AbortSignal => new AbortController().signal

t.test('a sleep elapses, and leaves no listener', async (t) => {
  const signal = never()
  t.equal(await systemClock.sleep(1, signal), 'elapsed')
  t.equal(listenersLeft(signal), 0)
  t.equal(await systemClock.sleep(-5, never()), 'elapsed', 'a time gone by is now')
})

t.test('a sleep ends when its signal aborts, and keeps no timer', async (t) => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const before = timers()
  const stop = new AbortController()
  const slept = systemClock.sleep(600_000, stop.signal)
  t.equal(timers(), before + 1)
  stop.abort()
  t.equal(await slept, 'aborted')
  t.equal(timers(), before)
  t.equal(await systemClock.sleep(600_000, stop.signal), 'aborted', 'an aborted signal lets nobody sleep')
})

t.test('a sleep longer than a timer can hold lasts until the abort instead of ending at once', async (t) => {
  const stop = new AbortController()
  const slept = systemClock.sleep(longestSleepMs + 1, stop.signal)
  await systemClock.sleep(5, never()) // a timer that overflowed would have fired after 1 ms
  stop.abort()
  t.equal(await slept, 'aborted')
})

t.test('the wall clock counts milliseconds since 1970, the monotonic one does not go back', async (t) => {
  t.ok(Number.isInteger(systemClock.now()))
  t.ok(Math.abs(systemClock.now() - new Date().getTime()) < 60_000)
  const first = systemClock.monotonic()
  t.ok(systemClock.monotonic() >= first)
})
