/** What a hostile peer of NRI sends, and what must become of it: for the properties, and in greater number for the nightly run. */
import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { makePeer } from '../../../shell/nri/peer.ts'
import { Request, Response } from '../../../shell/proto/gen/nri/ttrpc.ts'
import { virtualClock } from '../virtual_clock.ts'
import { message, mux, ttrpc } from './bytes.ts'

export const framesPerRun = 20

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })

/** The same bytes in pieces. */
export const cut = (whole: Uint8Array, cuts: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const places = [0, ...[...cuts].map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length]
  return places.slice(1).map((end, n) => whole.subarray(places[n], end))
}

/** As a peer may send it: right, nearly right, or anything at all. */
export const hostile: fc.Arbitrary<Uint8Array> = fc.oneof(
  bytes(60),
  fc.tuple(fc.constantFrom(1, 2, 3, 0xffff_ffff), bytes(40)).map(([stream, data]) => mux(stream, data)),
  fc.tuple(fc.constantFrom(1, 2), fc.nat(9), fc.constantFrom(1, 2, 3, 0, 77), bytes(40), fc.nat(7)).map(([stream, id, type, data, flags]) =>
    mux(stream, ttrpc(id, type, data, flags))
  ),
  fc.tuple(fc.constantFrom(1, 2), fc.nat(), fc.constantFrom('Plugin', 'S'), fc.string(), bytes(20)).map((
    [stream, id, service, method, payload],
  ) => mux(stream, ttrpc(id, 1, Request.encode({ ...Request.fromPartial({}), service, method, payload }).finish()))),
  fc.tuple(fc.nat(9), bytes(20)).map(([id, payload]) => mux(1, ttrpc(id, 2, Response.encode(Response.fromPartial({ payload })).finish()))),
)

/** A socket that takes everything, reads nothing back, and can be fed. */
const deaf = (): Duplex => new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })

/** They neither throw nor hang, and leave a peer either cut off with one line or usable. */
export const hostileFrames = fc.asyncProperty(
  fc.array(hostile, { minLength: framesPerRun, maxLength: framesPerRun }),
  fc.array(fc.nat(), { maxLength: 8 }),
  async (frames, cuts) => {
    const socket = deaf()
    const clock = virtualClock()
    const peer = makePeer(socket, { clock, services: { S: { Echo: (payload) => Promise.resolve(E.right(payload)) } } })
    const call = peer.call('S', 'Do', new Uint8Array(0), 1_000)()
    for (const chunk of cut(message(...frames), cuts)) if (!socket.destroyed) socket.emit('data', chunk)
    const before = await Promise.race([peer.ended, Promise.resolve(undefined)])
    assert.ok(before === undefined || (before.how === 'fault' && before.reason.length > 0 && before.reason.length < 300))
    peer.close('enough')
    assert.ok(['Left', 'Right'].includes((await call)._tag))
    assert.ok((await peer.ended).reason.length > 0)
    await new Promise((resolve) => setImmediate(resolve)) // lets the runtime bury the socket
  },
)
