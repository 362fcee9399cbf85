/** V84 to V88: who is told what when listeners come, go and come back. */
import assert from 'node:assert/strict'
import { criClient } from '../../../support/cri/client.ts'
import { withCri } from '../../../support/cri/served.ts'
import type { Vector } from '../../../support/property.ts'
import { virtualClock } from '../../../support/virtual_clock.ts'
import { waitFor } from '../../../support/wait_for.ts'

const life = (id: string): ReadonlyArray<string> => [`${id} CREATED`, `${id} STARTED`, `${id} STOPPED`]

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'V84: events without a listener are held; who comes 4 minutes later is told them in order, and then what happens',
    run: async () => {
      const clock = virtualClock()
      await withCri(async (served) => {
        await served.live('a')
        await clock.advance(240_000)
        const listener = await served.subscribe()
        await listener.events(3)
        await served.live('b')
        await listener.events(6)
        assert.deepEqual(listener.told(), [...life('a'), ...life('b')])
      }, { clock })
    },
  },
  {
    name: 'V84: after 5 minutes they are held no longer',
    run: async () => {
      const clock = virtualClock()
      await withCri(async (served) => {
        await served.live('a')
        await clock.advance(240_000)
        await served.live('b')
        await clock.advance(61_000)
        const listener = await served.subscribe()
        await served.live('c')
        await listener.events(6)
        assert.deepEqual(listener.told(), [...life('b'), ...life('c')])
      }, { clock })
    },
  },
  {
    name: 'V86: one listener has what was held, a second one beside it only what comes, and both in one order',
    run: () =>
      withCri(async (served) => {
        await served.live('a')
        const first = await served.subscribe()
        await first.events(3)
        const second = await served.subscribe()
        for (const id of ['b', 'c', 'd']) await served.live(id)
        await first.events(12)
        await second.events(9)
        assert.deepEqual(second.told(), [...life('b'), ...life('c'), ...life('d')])
        assert.deepEqual(first.told(), [...life('a'), ...second.told()])
      }),
  },
  {
    name: 'V88: a listener goes, something happens, another one comes: it is told',
    run: () =>
      withCri(async (served) => {
        const first = await served.subscribe()
        await served.live('a')
        await first.events(3)
        await first.leave()
        await served.live('b')
        const second = await served.subscribe()
        await second.hears('b STOPPED')
        // What was on its way when the first one went may be told again, with the same identity.
        assert.deepEqual(second.told().slice(-3), life('b'))
        const again = second.heard.slice(0, -3)
        assert.deepEqual(
          again.map(({ id, type, at }) => [id, type, at]),
          first.heard.slice(-again.length || 3).map((e) => [e.id, e.type, e.at]),
        )
      }),
  },
  {
    name: 'V88: what had settled before a listener went is not told again',
    run: async () => {
      const clock = virtualClock()
      await withCri(async (served) => {
        const first = await served.subscribe()
        await served.live('a')
        await first.events(3)
        await clock.advance(1_000)
        await first.leave()
        await waitFor(() => served.listeners() === 0, { what: 'the server to notice' })
        await served.live('b')
        const second = await served.subscribe()
        await second.events(3)
        assert.deepEqual(second.told(), life('b'))
      }, { clock })
    },
  },
  {
    name: 'V88: also when others listen meanwhile, and when two go and come back in any order',
    run: () =>
      withCri(async (served) => {
        const stays = await served.subscribe()
        const [one, two] = [await served.subscribe(), await served.subscribe()]
        await served.live('a')
        await Promise.all([one.events(3), two.events(3)])
        await one.leave()
        await served.live('b')
        await stays.events(6)
        await two.leave()
        await served.live('c')
        const back = [await served.subscribe(), await served.subscribe()]
        for (const listener of back) {
          await listener.hears('c STOPPED')
          assert.ok([...life('b'), ...life('c')].every((event) => listener.told().includes(event)), listener.told().join(', '))
        }
        assert.deepEqual(stays.told(), [...life('a'), ...life('b'), ...life('c')])
      }),
  },
  {
    name: 'CRI contract: reconnects: W5: 1,000 of them with an event in each gap, and none is lost',
    run: () =>
      withCri(async (served) => {
        const client = served.client()
        const rounds = 1_000
        await served.create('a')
        served.start('a')
        const told = new Set<string>()
        for (let round = 0; round < rounds; round++) {
          const listener = await served.subscribe(client)
          const wanted = round === 0 ? 'a STARTED' : `e${round - 1} CREATED`
          await listener.hears(wanted)
          for (const event of listener.told()) told.add(event)
          listener.stream.cancel() // and does not wait: the server may not have noticed
          await served.create(`e${round}`)
        }
        const last = await served.subscribe(client)
        await last.hears(`e${rounds - 1} CREATED`)
        for (const event of last.told()) told.add(event)
        const lost = Array.from({ length: rounds }, (_, n) => `e${n} CREATED`).filter((event) => !told.has(event))
        assert.deepEqual(lost, [])
      }),
  },
  {
    name: 'CRI contract: connections that break in mid-event: W5: they lose nothing for those who come after them',
    run: () =>
      withCri(async (served) => {
        const told = new Set<string>()
        for (let round = 0; round < 30; round++) {
          const client = criClient(served.path)
          const listener = await served.subscribe(client)
          for (let n = 0; n < 20; n++) await served.create(`r${round}-${n}`, { labels: { filler: 'x'.repeat(20_000) } })
          await listener.events(1 + (round % 3))
          client.close() // the connection goes, with messages half-way through it
          listener.stream.cancel()
          for (const event of listener.told()) told.add(event)
          await waitFor(() => served.listeners() === 0, { what: 'the server to notice' })
        }
        const last = await served.subscribe()
        const all = Array.from({ length: 600 }, (_, n) => `r${Math.trunc(n / 20)}-${n % 20} CREATED`)
        await last.hears(all.at(-1) ?? '')
        for (const event of last.told()) told.add(event)
        assert.deepEqual(all.filter((event) => !told.has(event)), [])
      }),
  },
]
