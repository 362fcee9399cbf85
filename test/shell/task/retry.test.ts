import * as E from 'fp-ts/lib/Either.js'
import { applyPolicy, constantDelay, defaultRetryStatus, limitRetries, Monoid } from 'retry-ts'
import t from 'tap'
import type { Cancellable } from '../../../shell/task/cancellable.ts'
import { quickRetries, withRetry } from '../../../shell/task/retry.ts'
import { virtualClock } from '../../support/virtual_clock.ts'

const setting = (random = 1) => {
  const stop = new AbortController()
  const clock = virtualClock()
  return { stop, clock, env: { signal: stop.signal, clock, random: () => random } }
}

/** Fails with each of `errors` in turn, then succeeds with the number of tries. */
const failing = (...errors: ReadonlyArray<string>): Cancellable<string, number> => {
  let tries = 0
  return () => async () => {
    const error = errors[tries++]
    return error === undefined ? E.right(tries) : E.left(error)
  }
}

const threeTimes = Monoid.concat(constantDelay(100), limitRetries(3))
const isTransient = (error: string): boolean => error === 'transient'

t.test('a transient failure is tried again after the wait', async (t) => {
  const { clock, env } = setting()
  const outcome = withRetry(threeTimes, isTransient)(failing('transient', 'transient'))(env)()
  t.equal(await clock.run(10_000), 200)
  t.same(await outcome, E.right(3))
})

t.test('any other failure is the answer', async (t) => {
  const { clock, env } = setting()
  t.same(await withRetry(threeTimes, isTransient)(failing('refused'))(env)(), E.left('refused'))
  t.equal(clock.sleepers(), 0)
})

t.test('when the policy grants no more, the last failure is the answer', async (t) => {
  const { clock, env } = setting()
  const outcome = withRetry(threeTimes, () => true)(failing('one', 'two', 'three', 'four', 'five'))(env)()
  await clock.run(10_000)
  t.same(await outcome, E.left('four'))
})

t.test('an abort ends the wait, and nothing is tried again', async (t) => {
  const { stop, clock, env } = setting()
  const outcome = withRetry(threeTimes, isTransient)(failing('transient'))(env)()
  await clock.advance(50)
  stop.abort()
  t.same(await outcome, E.left('transient'))
  t.equal(clock.sleepers(), 0)
})

t.test('the wait is drawn between half of what the policy says and all of it', async (t) => {
  for (const [random, waited] of [[0, 50], [0.5, 75], [1, 100]] as const) {
    const { clock, env } = setting(random)
    const outcome = withRetry(threeTimes, isTransient)(failing('transient'))(env)()
    t.equal(await clock.run(10_000), waited)
    t.same(await outcome, E.right(2))
  }
})

t.test('the quick retries wait 100, 200, 400 and 800 ms', async (t) => {
  const waits: Array<unknown> = []
  for (
    let status = applyPolicy(quickRetries, defaultRetryStatus);
    status.previousDelay._tag === 'Some';
    status = applyPolicy(quickRetries, status)
  ) {
    waits.push(status.previousDelay.value)
  }
  t.same(waits, [100, 200, 400, 800])
})
