/** What a client of the CRI socket may do and others must not feel: never read, and be killed with an event half-way to it. */
import assert from 'node:assert/strict'
import { status } from '@grpc/grpc-js'
import { clientProcess } from '../../../support/cri/client_process.ts'
import { namespace } from '../../../support/cri/machine.ts'
import { withCri } from '../../../support/cri/served.ts'
import type { Vector } from '../../../support/property.ts'
import { waitFor } from '../../../support/wait_for.ts'

const types = ['CREATED', 'STARTED', 'STOPPED', 'DELETED']

export const cases: ReadonlyArray<Vector> = [
  {
    name:
      'CRI contract: V87: a client that never reads: 10,000 events, each told to the others as ever, and what is held stays within its limits',
    run: async () => {
      const capacity = 1_000
      await withCri(async (served) => {
        const feed = served.cri.of(namespace)?.feed ?? assert.fail('nothing is served')
        const healthy = await served.subscribe()
        const stalled = await served.subscribe()
        stalled.stream.pause()
        const all: Array<string> = []
        for (let n = 0; n < 2_500; n++) {
          const id = `c${n}`
          await served.live(id, 0, { labels: { filler: 'x'.repeat(100) } })
          served.remove(id)
          all.push(...types.map((type) => `${id} ${type}`))
          if (n % 50 !== 49) continue
          // The healthy one keeps up, whatever the other one does.
          await healthy.events(all.length)
          const { events, pods, rendered, inFlightBytes } = feed.held()
          assert.ok(events <= capacity && pods <= 2 * capacity, `${events} events, ${pods} pods`)
          assert.ok(rendered <= 16, `${rendered} kept as bytes`)
          assert.ok(inFlightBytes <= 2 * 131_072, `${inFlightBytes} bytes in flight`)
        }
        assert.equal(served.announced.length, 2_500, 'each exit was handled')
        assert.deepEqual(healthy.told(), all)
        assert.deepEqual([served.cri.entries(), served.cri.of(namespace)?.view.containers()], [0, []], 'nothing is kept of what has gone')
        assert.equal(served.listeners(), 1, 'it was given up when it had fallen behind what is kept')
        stalled.stream.resume()
        const error = await waitFor(() => stalled.error(), { what: 'the stalled one to be told' })
        assert.equal(error.code, status.DATA_LOSS)
        const missed = Number(error.metadata.get('containerd-reaper-missed')[0])
        assert.deepEqual(stalled.told(), all.slice(0, stalled.heard.length), 'what it did get, it got in order')
        assert.ok(missed > 0 && stalled.heard.length < all.length / 2, `${stalled.heard.length} were written to it`)
      }, { limits: { capacity } })
    },
  },
  {
    name:
      'CRI contract: clients that are killed in mid-event: those who stay are told everything, and those who come next what was on its way',
    run: () =>
      // How long a client on a busy machine may take to read is not what is tested here: none counts as read for its age.
      withCri(async (served) => {
        const stays = await served.subscribe()
        const told = new Set<string>()
        const all: Array<string> = []
        const make = async (count: number): Promise<void> => {
          for (let n = 0; n < count; n++) {
            const id = `e${all.length}`
            await served.create(id, { labels: { filler: 'x'.repeat(20_000) } })
            all.push(`${id} CREATED`)
          }
        }
        for (let round = 0; round < 3; round++) {
          const client = clientProcess(served.path)
          try {
            await waitFor(() => served.listeners() === 2, { what: 'the client to listen' })
            await make(20)
            await waitFor(() => client.told().length > 0, { what: 'the client to read' })
            await make(20) // and these are on their way
          } finally {
            await client.kill9()
          }
          for (const event of client.told()) told.add(event)
          await waitFor(() => served.listeners() === 1, { what: 'the server to notice' })
          await make(1)
        }
        const last = await served.subscribe()
        await last.hears(all.at(-1) ?? '')
        for (const event of last.told()) told.add(event)
        assert.deepEqual(all.filter((event) => !told.has(event)), [], 'nothing is lost')
        assert.deepEqual((await stays.events(all.length)).map(({ id, type }) => `${id} ${type}`), all)
      }, { limits: { settleMs: 600_000 } }),
  },
]
