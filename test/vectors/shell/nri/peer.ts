/** One connection: who speaks on which stream, how it ends and why, and a peer that does not read. */
import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import * as E from 'fp-ts/lib/Either.js'
import { makePeer, type Peer } from '../../../../shell/nri/peer.ts'
import { hex, mux } from '../../../support/nri/bytes.ts'
import type { Vector } from '../../../support/property.ts'
import { settle, virtualClock } from '../../../support/virtual_clock.ts'

/** Two ends of a wire in memory. */
const wire = (): readonly [Duplex, Duplex] => {
  const end = (other: () => Duplex): Duplex =>
    new Duplex({
      read: () => undefined,
      write: (chunk: Uint8Array, _, done) => {
        other().push(chunk)
        done()
      },
      final: (done) => {
        other().push(null)
        done()
      },
    })
  const a: Duplex = end(() => b)
  const b: Duplex = end(() => a)
  return [a, b]
}

const peers = (): readonly [Peer, Peer] => {
  const [a, b] = wire()
  const clock = virtualClock()
  const echo = { S: { Echo: (payload: Uint8Array) => Promise.resolve(E.right(payload)) } }
  return [makePeer(a, { clock, services: echo }), makePeer(b, { clock, services: echo, side: 'plugin' })]
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'peer: both sides call and answer over one wire, messages of any size',
    run: async () => {
      const [runtime, plugin] = peers()
      const large = new Uint8Array(300_000).fill(9)
      assert.deepEqual(await runtime.call('S', 'Echo', hex('0102'), 1_000)(), E.right(hex('0102')))
      assert.deepEqual(await plugin.call('S', 'Echo', large, 1_000)(), E.right(large))
      const both = await Promise.all([runtime.call('S', 'Echo', large, 1_000)(), plugin.call('S', 'Echo', hex('03'), 1_000)()])
      assert.deepEqual(both, [E.right(large), E.right(hex('03'))])
    },
  },
  {
    name: 'peer: what we end is closed, what the other ends is lost, and calls that are open say why',
    run: async () => {
      const [a, b] = wire()
      const peer = makePeer(a, { clock: virtualClock(), services: {} })
      const open = peer.call('S', 'Do', new Uint8Array(0), 1_000)()
      b.end()
      assert.deepEqual(await peer.ended, { how: 'lost', reason: 'it closed the connection' })
      assert.deepEqual(await open, E.left({ _tag: 'Closed', reason: 'it closed the connection' }))
      const [runtime] = peers()
      runtime.close('enough')
      runtime.close('again')
      assert.deepEqual(await runtime.ended, { how: 'closed', reason: 'enough' })
    },
  },
  {
    name: 'peer: an error of the socket, and one of the protocol, end it with their line; what comes after is not looked at',
    run: async () => {
      const [a] = wire()
      const peer = makePeer(a, { clock: virtualClock(), services: {} })
      a.destroy(new Error('reset by peer'))
      assert.deepEqual(await peer.ended, { how: 'lost', reason: 'reset by peer' })
      const [c, d] = wire()
      const other = makePeer(c, { clock: virtualClock(), services: {} })
      d.write(hex('00000001 ffffffff'))
      d.write(mux(2, hex('00')))
      const { how, reason } = await other.ended
      assert.deepEqual([how, c.destroyed], ['fault', true])
      assert.match(reason, /wanted a frame of at most/)
    },
  },
  {
    name: 'peer: one that does not read what it is sent is cut off',
    run: async () => {
      const deaf = new Duplex({ read: () => undefined, write: () => undefined })
      const peer = makePeer(deaf, { clock: virtualClock(), services: {} })
      const calls = Array.from({ length: 5 }, () => peer.call('S', 'Do', new Uint8Array(4_000_000), 1_000)())
      await settle()
      assert.equal((await peer.ended).reason, 'it does not read what it is sent: more than 16777216 bytes wait')
      assert.ok((await Promise.all(calls)).every(E.isLeft))
    },
  },
]
