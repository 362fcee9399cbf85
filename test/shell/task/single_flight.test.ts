import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { type Cancelled, cancelled } from '../../../shell/errors.ts'
import { listenersLeft } from '../../../shell/task/cancellable.ts'
import { singleFlight } from '../../../shell/task/single_flight.ts'
import { manual } from '../../support/settling.ts'
import { settle } from '../../support/virtual_clock.ts'

const scope = () => ({ signal: new AbortController().signal })
const setting = () => {
  const lifetime = new AbortController()
  return { lifetime, flights: singleFlight<Cancelled | string, number>(lifetime.signal) }
}

t.test('callers of one key share one call; another key has its own', async (t) => {
  const { flights } = setting()
  const [call, other] = [manual<number>(), manual<number>()]
  const { signal } = scope()
  const outcomes = [flights.join('web-1')(call.action)({ signal })(), flights.join('web-1')(other.action)(scope())()]
  void flights.join('web-2')(other.action)(scope())()
  await settle()
  t.same([call.starts(), other.starts(), flights.size()], [1, 1, 2])
  t.ok(flights.has('web-1'))
  call.succeed(7)
  t.same(await Promise.all(outcomes), [E.right(7), E.right(7)])
  t.notOk(flights.has('web-1'))
  await settle()
  t.equal(listenersLeft(signal), 0)
})

t.test('who gives up leaves alone, even the one who started it; the next one joins', async (t) => {
  const { flights } = setting()
  const stop = new AbortController()
  const [call, again] = [manual<number>(), manual<number>()]
  const given = flights.join('web-1')(call.action)({ signal: stop.signal })()
  await settle()
  stop.abort()
  t.same(await given, E.left(cancelled))
  t.equal(call.aborts(), 0, 'the call goes on')
  const joined = flights.join('web-1')(again.action)(scope())()
  await settle()
  call.succeed(7)
  t.same(await joined, E.right(7))
  t.equal(again.starts(), 0)
})

t.test('who comes with an aborted signal starts nothing', async (t) => {
  const { flights } = setting()
  const call = manual<number>()
  t.same(await flights.join('web-1')(call.action)({ signal: AbortSignal.abort() })(), E.left(cancelled))
  await settle()
  t.equal(call.starts(), 0)
})

t.test('the end of the process cancels the call', async (t) => {
  const { flights, lifetime } = setting()
  const call = manual<number>()
  const outcome = flights.join('web-1')(call.action)(scope())()
  await settle()
  lifetime.abort()
  t.same(await outcome, E.left(cancelled))
  t.equal(call.aborts(), 1)
})

t.test('who asks on hearing the answer starts anew', async (t) => {
  const { flights } = setting()
  const call = manual<number>()
  const first = flights.join('web-1')(call.action)(scope())().then(() => flights.join('web-1')(call.action)(scope())())
  await settle()
  call.succeed(1)
  await settle()
  t.equal(call.starts(), 2)
  call.succeed(2)
  t.same(await first, E.right(2))
})

t.test('a failure is shared and frees the key; so does a crash', async (t) => {
  const { flights } = setting()
  const call = manual<number>()
  const failed = flights.join('web-1')(call.action)(scope())()
  await settle()
  call.fail('no')
  t.same(await failed, E.left('no'))
  const crashed = [flights.join('web-1')(call.action)(scope())(), flights.join('web-1')(call.action)(scope())()]
  await settle()
  call.crash(new Error('a bug'))
  for (const outcome of crashed) await t.rejects(outcome, { message: 'a bug' })
  const bug = () => {
    throw new Error('at once')
  }
  await t.rejects(flights.join('web-1')(bug)(scope())(), { message: 'at once' })
  t.equal(flights.size(), 0)
})
