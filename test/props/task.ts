/** What the combinators promise, whatever the order in which things settle. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { constantDelay, limitRetries, Monoid } from 'retry-ts'
import { type Cancelled, cancelled, timedOut } from '../../shell/errors.ts'
import { mailbox } from '../../shell/mailbox.ts'
import { type Cancellable, onAbort } from '../../shell/task/cancellable.ts'
import { withLimit } from '../../shell/task/limit.ts'
import { withRetry } from '../../shell/task/retry.ts'
import { singleFlight } from '../../shell/task/single_flight.ts'
import { withTimeout } from '../../shell/task/timeout.ts'
import type { Prop } from '../support/property.ts'
import { settle, virtualClock } from '../support/virtual_clock.ts'

/** Settles when the scheduler says so, or when its signal aborts; tells `log` when it starts and when it ends. */
const scheduled =
  (s: fc.Scheduler, name: string, log: (what: 'start' | 'end') => void): Cancellable<Cancelled, string> => ({ signal }) => () =>
    new Promise((resolve) => {
      log('start')
      const end = (outcome: E.Either<Cancelled, string>): void => {
        if (!ended) log('end')
        ended = true
        resolve(outcome)
      }
      let ended = false
      onAbort(signal, () => end(E.left(cancelled)))
      void s.schedule(Promise.resolve(), name).then(() => end(E.right(name)))
    })

const atMostN = fc.asyncProperty(
  fc.scheduler(),
  fc.integer({ min: 1, max: 3 }),
  fc.array(fc.boolean(), { maxLength: 8 }),
  async (s, slots, cancels) => {
    const limit = withLimit(slots)
    let running = 0
    const started: Array<number> = []
    const outcomes = cancels.map((isCancelled, index) => {
      const stop = new AbortController()
      const action = scheduled(s, `action ${index}`, (what) => {
        running += what === 'start' ? 1 : -1
        if (what === 'start') started.push(index)
        assert.ok(running <= slots, 'no more run than there are slots')
      })
      if (isCancelled) void s.schedule(Promise.resolve(), `cancel ${index}`).then(() => stop.abort())
      return limit(action)({ signal: stop.signal })()
    })
    await s.waitFor(Promise.all(outcomes))
    assert.deepEqual(started, [...started].sort((a, b) => a - b), 'first come, first served')
    for (const [index, isCancelled] of cancels.entries()) {
      if (!isCancelled) assert.deepEqual(await outcomes[index], E.right(`action ${index}`))
    }
    const freshStarts = new Set<number>()
    const never = new AbortController()
    const after = Array.from(
      { length: slots },
      (_, i) => limit(scheduled(s, 'after', () => freshStarts.add(i)))({ signal: never.signal })(),
    )
    await s.waitFor(settle())
    assert.equal(freshStarts.size, slots, 'every slot came back')
    await s.waitFor(Promise.all(after))
  },
)

const oneFlight = fc.asyncProperty(
  fc.scheduler(),
  fc.array(fc.record({ key: fc.constantFrom('web-1', 'web-2'), givesUp: fc.boolean() }), { maxLength: 8 }),
  async (s, callers) => {
    const flights = singleFlight<Cancelled, string>(new AbortController().signal)
    const inFlight = new Map<string, number>()
    const outcomes = callers.map(async ({ key, givesUp }, index) => {
      await s.schedule(Promise.resolve(), `caller ${index} comes`)
      const stop = new AbortController()
      const action = scheduled(s, `call ${key}`, (what) => {
        inFlight.set(key, (inFlight.get(key) ?? 0) + (what === 'start' ? 1 : -1))
        assert.ok((inFlight.get(key) ?? 0) <= 1, 'one call a key')
      })
      if (givesUp) void s.schedule(Promise.resolve(), `caller ${index} gives up`).then(() => stop.abort())
      return flights.join(key)(action)({ signal: stop.signal })()
    })
    const settled = await s.waitFor(Promise.all(outcomes))
    await s.waitIdle()
    for (const [index, outcome] of settled.entries()) {
      if (callers[index]?.givesUp !== true) assert.deepEqual(outcome, E.right(`call ${callers[index]?.key}`), 'nobody else cuts a call off')
    }
    assert.equal(flights.size(), 0)
  },
)

const sleeping = (ms: number): Cancellable<Cancelled, string> => ({ signal, ...env }) => async () => {
  const { clock } = env as { readonly clock: ReturnType<typeof virtualClock> } // the property's own environment holds it
  return await clock.sleep(ms, signal) === 'aborted' ? E.left(cancelled) : E.right('done')
}

const inTime = fc.asyncProperty(fc.nat(1_000), fc.nat(1_000), async (takesMs, limitMs) => {
  fc.pre(takesMs !== limitMs)
  const clock = virtualClock()
  const outcome = withTimeout(limitMs)(sleeping(takesMs))({ signal: new AbortController().signal, clock })()
  assert.equal(await clock.run(5_000), Math.min(takesMs, limitMs))
  assert.deepEqual(await outcome, takesMs < limitMs ? E.right('done') : E.left(timedOut('the call', limitMs)))
  assert.equal(clock.sleepers(), 0, 'no timer is left')
})

const boundedRetries = fc.asyncProperty(
  fc.nat(5),
  fc.nat(8),
  fc.double({ min: 0, max: 0.999, noNaN: true }),
  async (retries, failures, random) => {
    const clock = virtualClock()
    let tries = 0
    const action: Cancellable<string, number> = () => async () => ++tries > failures ? E.right(tries) : E.left('transient')
    const policy = Monoid.concat(constantDelay(100), limitRetries(retries))
    const outcome = withRetry(policy, () => true)(action)({ signal: new AbortController().signal, clock, random: () => random })()
    const waited = await clock.run(10_000)
    assert.deepEqual(await outcome, failures <= retries ? E.right(failures + 1) : E.left('transient'))
    const waits = Math.min(retries, failures)
    assert.equal(tries, waits + 1)
    assert.ok(waited >= waits * 50 - 1e-6 && waited <= waits * 100, `waited ${waited} ms in ${waits} waits`)
  },
)

const nothingLost = fc.asyncProperty(
  fc.scheduler(),
  fc.integer({ min: 1, max: 4 }),
  fc.array(fc.nat(6), { maxLength: 4 }),
  async (s, capacity, counts) => {
    const box = mailbox<string>(capacity)
    const producers = counts.map(async (count, producer) => {
      for (let i = 0; i < count; i++) {
        await s.schedule(Promise.resolve(), `producer ${producer}`)
        await box.post(`${producer}:${i}`)
        assert.ok(box.size() <= capacity + counts.length, 'bounded, as all producers wait')
      }
    })
    const read: Array<string> = []
    const reader = (async () => {
      for await (const event of box.events) {
        read.push(event)
        await s.schedule(Promise.resolve(), 'reader')
      }
    })()
    await s.waitFor(Promise.all(producers))
    box.close()
    await s.waitFor(reader)
    for (const [producer, count] of counts.entries()) {
      const own = read.filter((event) => event.startsWith(`${producer}:`))
      assert.deepEqual(own, Array.from({ length: count }, (_, i) => `${producer}:${i}`), 'all of them, in order')
    }
  },
)

export const props: ReadonlyArray<Prop> = [
  { name: 'withLimit: at most so many run, first come first served, and every slot comes back', property: atMostN },
  { name: 'singleFlight: one call a key, and nobody cuts off what another waits for', property: oneFlight },
  { name: 'withTimeout: the faster of action and limit decides, and no timer is left', property: inTime, runs: 50 },
  { name: 'withRetry: as many tries as the policy grants, each wait between half and all of it', property: boundedRetries, runs: 50 },
  { name: 'mailbox: nothing is lost, each producer keeps its order, and the size stays bounded', property: nothingLost },
]
