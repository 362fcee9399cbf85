import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { cancelled, timedOut } from '../../../shell/errors.ts'
import { listenersLeft } from '../../../shell/task/cancellable.ts'
import { withTimeout } from '../../../shell/task/timeout.ts'
import { manual } from '../../support/settling.ts'
import { virtualClock } from '../../support/virtual_clock.ts'

const setting = () => {
  const stop = new AbortController()
  const clock = virtualClock()
  return { stop, clock, env: { signal: stop.signal, clock } }
}

t.test('an action that is in time keeps its answer, and the timer is gone', async (t) => {
  const { clock, env } = setting()
  const call = manual<string>()
  const outcome = withTimeout(100)(call.action)(env)()
  await clock.advance(99)
  call.succeed('in time')
  t.same(await outcome, E.right('in time'))
  t.equal(clock.sleepers(), 0)
  t.equal(listenersLeft(env.signal), 0)
  t.equal(call.aborts(), 0, 'a call that is done is not aborted')
})

t.test('an action that is late is cancelled, and the error names it', async (t) => {
  const { clock, env } = setting()
  const call = manual<string>()
  const outcome = withTimeout(100, 'Tasks.Get')(call.action)(env)()
  await clock.advance(100)
  t.same(await outcome, E.left(timedOut('Tasks.Get', 100)))
  t.equal(call.aborts(), 1)
})

t.test('a late action that ignores its signal is not waited for', async (t) => {
  const { clock, env } = setting()
  const call = manual<string>({ heedsAbort: false })
  const outcome = withTimeout(100)(call.action)(env)()
  await clock.advance(100)
  t.same(await outcome, E.left(timedOut('the call', 100)))
})

t.test("the caller's abort reaches the action, and its answer counts", async (t) => {
  const { stop, clock, env } = setting()
  const call = manual<string>()
  const outcome = withTimeout(100)(call.action)(env)()
  stop.abort()
  t.same(await outcome, E.left(cancelled))
  t.equal(clock.sleepers(), 0)
})

t.test("the limit still holds for an action that ignores the caller's abort", async (t) => {
  const { stop, clock, env } = setting()
  const outcome = withTimeout(100)(manual<string>({ heedsAbort: false }).action)(env)()
  stop.abort()
  await clock.advance(100)
  t.same(await outcome, E.left(timedOut('the call', 100)))
})

t.test('the signal of an action that timed out belongs to it alone', async (t) => {
  const { stop, clock, env } = setting()
  const outcome = withTimeout(100)(manual<string>().action)(env)()
  await clock.advance(100)
  await outcome
  t.notOk(stop.signal.aborted)
})

t.test('a limit longer than a timer can hold is no limit', async (t) => {
  const { clock, env } = setting()
  const call = manual<string>()
  const outcome = withTimeout(2 ** 31)(call.action)(env)()
  t.equal(clock.sleepers(), 0)
  call.succeed('at last')
  t.same(await outcome, E.right('at last'))
})

t.test('an action that crashes passes its bug on, and the timer is gone', async (t) => {
  const { clock, env } = setting()
  const call = manual<string>()
  const outcome = withTimeout(100)(call.action)(env)()
  call.crash(new Error('a bug'))
  await t.rejects(outcome, { message: 'a bug' })
  t.equal(clock.sleepers(), 0)
})

t.test('a limit that is no number is refused at the door', async (t) => {
  t.throws(() => withTimeout(-1, 'Tasks.Get'), { message: 'Cannot limit Tasks.Get: wanted milliseconds from 0 up, found -1' })
  t.throws(() => withTimeout(NaN), RangeError)
})
