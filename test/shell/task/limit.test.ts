import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { cancelled } from '../../../shell/errors.ts'
import { listenersLeft } from '../../../shell/task/cancellable.ts'
import { withLimit } from '../../../shell/task/limit.ts'
import { manual } from '../../support/settling.ts'
import { settle } from '../../support/virtual_clock.ts'

const scope = () => ({ signal: new AbortController().signal })

t.test('no more run than there are slots; the next in line starts when one is done', async (t) => {
  const limit = withLimit(2)
  const calls = [manual<number>(), manual<number>(), manual<number>(), manual<number>()] as const
  const { signal } = scope()
  const outcomes = calls.map((call) => limit(call.action)({ signal })())
  await settle()
  t.same(calls.map((call) => call.starts()), [1, 1, 0, 0])
  calls[1].succeed(1)
  t.same(await outcomes[1], E.right(1))
  await settle()
  t.same(calls.map((call) => call.starts()), [1, 1, 1, 0], 'first come, first served')
  for (const call of [0, 2, 3] as const) {
    calls[call].succeed(1)
    await settle()
  }
  await Promise.all(outcomes)
  t.equal(listenersLeft(signal), 0)
})

t.test('who is cancelled in the queue never starts, and does not take a slot', async (t) => {
  const limit = withLimit(1)
  const stop = new AbortController()
  const [first, second, third] = [manual<number>(), manual<number>(), manual<number>()]
  void limit(first.action)(scope())()
  const given = limit(second.action)({ signal: stop.signal })()
  void limit(third.action)(scope())()
  stop.abort()
  t.same(await given, E.left(cancelled))
  first.succeed(1)
  await settle()
  t.equal(second.starts(), 0)
  t.equal(third.starts(), 1)
})

t.test('who is cancelled before does not start although there is room', async (t) => {
  const call = manual<number>()
  t.same(await withLimit(1)(call.action)({ signal: AbortSignal.abort() })(), E.left(cancelled))
  t.equal(call.starts(), 0)
})

t.test('the slot comes back from failures and from crashes', async (t) => {
  const limit = withLimit(1)
  const [failing, crashing, last] = [manual<number>(), manual<number>(), manual<number>()]
  const outcomes = [limit(failing.action)(scope())(), limit(crashing.action)(scope())()]
  void limit(last.action)(scope())()
  await settle()
  failing.fail('no')
  t.same(await outcomes[0], E.left('no'))
  await settle()
  crashing.crash(new Error('a bug'))
  await t.rejects(Promise.resolve(outcomes[1]), { message: 'a bug' })
  await settle()
  t.equal(last.starts(), 1)
})

t.test('a slot that is handed on is not free for a newcomer', async (t) => {
  const limit = withLimit(1)
  const calls = [manual<number>(), manual<number>(), manual<number>()] as const
  void limit(calls[0].action)(scope())()
  void limit(calls[1].action)(scope())()
  await settle()
  calls[0].succeed(1)
  await settle()
  void limit(calls[2].action)(scope())()
  await settle()
  t.same(calls.map((call) => call.starts()), [1, 1, 0])
})

t.test('a running action is cancelled by its own signal and keeps its slot until it settles', async (t) => {
  const limit = withLimit(1)
  const stop = new AbortController()
  const [stubborn, next] = [manual<number>({ heedsAbort: false }), manual<number>()]
  void limit(stubborn.action)({ signal: stop.signal })()
  void limit(next.action)(scope())()
  await settle()
  stop.abort()
  await settle()
  t.equal(stubborn.aborts(), 1)
  t.equal(next.starts(), 0)
  stubborn.succeed(1)
  await settle()
  t.equal(next.starts(), 1)
})

t.test('a limit of no slots is refused at the door', async (t) => {
  t.throws(() => withLimit(0), { message: 'Cannot limit concurrency: wanted a whole number from 1 up, found 0' })
  t.throws(() => withLimit(1.5), RangeError)
})
