/** The stream as a call: its headers, where it begins for those who say so, and how it ends. */
import assert from 'node:assert/strict'
import { Metadata, status } from '@grpc/grpc-js'
import { int } from '../../../support/cri/client.ts'
import { withCri } from '../../../support/cri/served.ts'
import type { Vector } from '../../../support/property.ts'
import { waitFor } from '../../../support/wait_for.ts'

const from = (value: string): Metadata => {
  const metadata = new Metadata()
  metadata.set('containerd-reaper-from', value)
  return metadata
}

/** Number of the field that carries the sequence number. */
const seqField = 15_001

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'a listener that names an announcement is told from there on, with sequence numbers',
    run: () =>
      withCri(async (served) => {
        for (const id of ['a', 'b', 'c']) await served.live(id)
        const listener = await served.subscribe(served.client(), from('2'))
        await listener.events(4)
        assert.deepEqual(listener.told(), ['b STOPPED', 'c CREATED', 'c STARTED', 'c STOPPED'])
        assert.deepEqual(listener.heard.map(({ bytes }) => int(bytes, seqField)), [2n, 0n, 0n, 3n])
        assert.deepEqual(listener.metadata()?.get('containerd-reaper-missed'), [])
        const again = await served.subscribe(served.client(), from('2'))
        await again.events(4)
        assert.deepEqual(again.told(), listener.told(), 'as often as it likes')
      }),
  },
  {
    name: 'numbers that are not kept any more are counted; those to come are waited for',
    run: () =>
      withCri(async (served) => {
        for (let n = 0; n < 20; n++) await served.live(`c${n}`)
        const listener = await served.subscribe(served.client(), from('1'))
        const [oldest] = await listener.events(1)
        assert.equal(listener.metadata()?.get('containerd-reaper-missed')[0], String(Number(int(oldest?.bytes ?? new Map(), seqField)) - 1))
        const later = await served.subscribe(served.client(), from('1000'))
        await served.live('new')
        await later.events(3)
        assert.deepEqual(later.told(), ['new CREATED', 'new STARTED', 'new STOPPED'])
      }, { limits: { capacity: 12 } }),
  },
  {
    name: 'whoever only looks on takes nobody’s place and leaves none',
    run: () =>
      withCri(async (served) => {
        await served.live('a')
        const looker = await served.subscribe(served.client(), from('now'))
        await looker.events(3)
        const listener = await served.subscribe()
        await listener.events(3)
        assert.deepEqual(listener.told(), looker.told())
        await looker.leave()
        await waitFor(() => served.listeners() === 1, { what: 'the server to notice' })
        await served.live('b')
        const second = await served.subscribe()
        await served.live('c')
        await second.events(3)
        assert.deepEqual(second.told(), ['c CREATED', 'c STARTED', 'c STOPPED'], 'a newcomer beside another is told what comes')
      }),
  },
  {
    name: 'clients that do not ask get no field of ours',
    run: () =>
      withCri(async (served) => {
        const listener = await served.subscribe()
        await served.live('a')
        for (const { bytes } of await listener.events(3)) assert.ok([...bytes.keys()].every((field) => field <= 5))
      }),
  },
  {
    name: 'an idle stream is answered at once, and stays open',
    run: () =>
      withCri(async (served) => {
        const listener = await served.subscribe()
        assert.ok(listener.metadata() !== undefined)
        assert.equal(listener.error(), undefined)
        await served.create('a')
        await listener.events(1)
      }),
  },
  {
    name: 'a server that ends says so to every stream',
    run: () =>
      withCri(async (served) => {
        const listeners = [await served.subscribe(), await served.subscribe()]
        await served.server.close()
        for (const listener of listeners) {
          const error = await waitFor(() => listener.error(), { what: 'the stream to end' })
          assert.equal(error.code, status.UNAVAILABLE)
        }
        await waitFor(() => served.listeners() === 0, { what: 'no listener to be left' })
      }),
  },
]
