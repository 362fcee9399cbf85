/** V87, W6, W24: listeners that do not read cost those who do nothing, and a bounded memory. */
import assert from 'node:assert/strict'
import { makeFeed } from '../../../../shell/cri/feed.ts'
import type { Entry } from '../../../../shell/cri/entry.ts'
import { momentsOf } from '../../../../shell/listeners/moments.ts'
import { withCri } from '../../../support/cri/served.ts'
import { nanos } from '../../../../core/index.ts'
import type { Vector } from '../../../support/property.ts'
import { settle, virtualClock } from '../../../support/virtual_clock.ts'
import { waitFor } from '../../../support/wait_for.ts'
import { defaultFeedLimits } from '../../../../shell/cri/feed.ts'

const pod = {
  name: 'p',
  namespace: 'ci',
  uid: 'p',
  attempt: 0,
  labels: new Map(),
  annotations: new Map(),
  runtimeHandler: '',
  createdAt: nanos(1n),
}
const entry = (n: number): Entry => ({
  type: 'CREATED',
  at: nanos(BigInt(n)),
  id: `e${n}`,
  podId: `e${n}:pod`,
  pod,
  stopped: undefined,
  seq: undefined,
  full: true,
})

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'V87: cut off, it may come back, and goes on with what is kept',
    run: () =>
      withCri(async (served) => {
        const client = served.client()
        const stalled = await served.subscribe(client)
        stalled.stream.pause()
        for (let n = 0; n < 600; n++) await served.create(`c${n}`, { labels: { filler: 'x'.repeat(1_000) } })
        stalled.stream.resume()
        await waitFor(() => stalled.error(), { what: 'the stalled one to be told' })
        await served.create('new')
        const back = await served.subscribe(client)
        await back.hears('new CREATED')
        assert.ok(back.told().includes('c599 CREATED'))
      }, { limits: { capacity: 100 } }),
  },
  {
    name: 'W6: 10,000 events to a listener that never reads: no more is rendered, written or kept for it than its buffers hold',
    run: async () => {
      let rendered = 0
      const feed = makeFeed(momentsOf(virtualClock()), () => {
        rendered++
        return new Uint8Array(1_000)
      }, { ...defaultFeedLimits, capacity: 1_000 })
      let written = 0
      let missed = 0
      feed.listen({ write: () => void written++, cut: (lost) => (missed = lost) }, { _tag: 'LeftOff' })
      for (let n = 0; n < 10_000; n++) {
        feed.push(entry(n))
        if (n % 100 === 0) await settle()
      }
      await settle()
      assert.equal(written, 16, 'what is in flight')
      assert.equal(rendered, 16)
      assert.equal(feed.listeners(), 0, 'cut off once it had fallen behind')
      assert.ok(missed >= 1, `missed ${missed}`)
    },
  },
  {
    name: 'V88: one that goes right after its buffers were full may have stopped reading long ago: all that they may hold is told again',
    run: async () => {
      const clock = virtualClock()
      const feed = makeFeed(momentsOf(clock), ({ id }) => new TextEncoder().encode(id))
      const now = (n: number): Entry => ({ ...entry(n), at: nanos(BigInt(clock.now()) * 1_000_000n) })
      const heard: Array<string> = []
      let room = 3
      const first = feed.listen({
        write: (_, taken) => {
          if (room-- > 0) queueMicrotask(taken)
        },
        cut: () => assert.fail('it was cut off'),
      }, { _tag: 'LeftOff' })
      for (let n = 0; n < 3; n++) feed.push(now(n))
      await settle()
      await clock.advance(60_000)
      feed.push(now(3))
      await settle()
      first.close()
      feed.listen({ write: (bytes) => void heard.push(new TextDecoder().decode(bytes)), cut: () => undefined }, { _tag: 'LeftOff' })
      await settle()
      assert.deepEqual(heard, ['e0', 'e1', 'e2', 'e3'])
    },
  },
  {
    name: 'W6: large messages are counted by their bytes',
    run: async () => {
      const feed = makeFeed(momentsOf(virtualClock()), () => new Uint8Array(60_000))
      const taken: Array<() => void> = []
      feed.listen({ write: (_, done) => void taken.push(done), cut: () => assert.fail('it was cut off') }, { _tag: 'LeftOff' })
      for (let n = 0; n < 10; n++) feed.push(entry(n))
      await settle()
      assert.equal(taken.length, 2, 'one message more than the limit, at most')
      taken[0]?.()
      assert.equal(taken.length, 3, 'and the next as soon as one was taken')
    },
  },
  {
    name: 'W6: an event is rendered once for 50 listeners, and all are told the same in the same order',
    run: async () => {
      let rendered = 0
      const clock = virtualClock()
      const feed = makeFeed(momentsOf(clock), ({ id }) => {
        rendered++
        return new TextEncoder().encode(id)
      })
      const heard = Array.from({ length: 50 }, (): Array<string> => [])
      for (const told of heard) {
        feed.listen({
          write: (bytes, taken) => {
            told.push(new TextDecoder().decode(bytes))
            queueMicrotask(taken)
          },
          cut: () => assert.fail('it was cut off'),
        }, { _tag: 'LeftOff' })
      }
      await clock.advance(1_000)
      for (let n = 0; n < 500; n++) {
        feed.push(entry(n))
        if (n % 10 === 0) await settle()
      }
      await settle()
      const all = Array.from({ length: 500 }, (_, n) => `e${n}`)
      for (const told of heard) assert.deepEqual(told, all)
      assert.ok(rendered <= 1_000, `rendered ${rendered} times`)
    },
  },
  {
    name: 'CRI contract: 50 clients at once: each is told all of it, in one order',
    run: () =>
      withCri(async (served) => {
        const listeners = await Promise.all(Array.from({ length: 50 }, () => served.subscribe()))
        for (let n = 0; n < 40; n++) await served.live(`c${n}`)
        const [first, ...others] = await Promise.all(listeners.map(async (listener) => {
          await listener.events(120)
          return listener.told()
        }))
        assert.equal(first?.length, 120)
        for (const told of others) assert.deepEqual(told, first)
      }),
  },
]
