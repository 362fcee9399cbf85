/** NRI's decoders against anything: what is written is read back however it is cut, and no bytes throw, hang or grow. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import process from 'node:process'
import { Duplex } from 'node:stream'
import { chunked } from '../../shell/nri/chunks.ts'
import { readMask } from '../../shell/nri/events.ts'
import { muxFrames, muxReader } from '../../shell/nri/mux.ts'
import { makePeer } from '../../shell/nri/peer.ts'
import { fromSpec } from '../../shell/nri/reaper/spec.ts'
import { readName } from '../../shell/nri/register.ts'
import { decodeMessage } from '../../shell/nri/ttrpc/codec.ts'
import { encodeFrame, type Frame, frameReader } from '../../shell/nri/ttrpc/frame.ts'
import * as api from '../../shell/proto/gen/nri/api.ts'
import { Request, Response } from '../../shell/proto/gen/nri/ttrpc.ts'
import { message, mux, ttrpc } from '../support/nri/bytes.ts'
import { pod, stopped } from '../support/nri/with_host.ts'
import type { Prop } from '../support/property.ts'
import { virtualClock } from '../support/virtual_clock.ts'

/** Frames in all; NRI_FUZZ=1000000 for the long run. */
const fuzzed = Number(process.env['NRI_FUZZ'] ?? 10_000)
const framesPerRun = 20

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
const cut = (whole: Uint8Array, cuts: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const places = [0, ...[...cuts].map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length]
  return places.slice(1).map((end, n) => whole.subarray(places[n], end))
}

const frame: fc.Arbitrary<Frame> = fc.record({
  stream: fc.nat(0xffff_ffff),
  type: fc.nat(255),
  flags: fc.nat(255),
  data: fc.oneof(bytes(40), bytes(9_000)),
}, { noNullPrototype: true })

const readFrames = (chunks: ReadonlyArray<Uint8Array>): ReadonlyArray<Frame> => {
  const [onMux, onStream] = [muxReader([1]), frameReader()]
  return chunks.flatMap((chunk) => {
    const pieces = onMux.push(chunk)
    assert.ok(E.isRight(pieces))
    return pieces.right.flatMap(({ bytes: piece }) => {
      const frames = onStream.push(piece)
      assert.ok(E.isRight(frames))
      return frames.right
    })
  })
}

const roundTrip = fc.property(fc.array(frame, { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 12 }), (frames, cuts) => {
  const whole = message(...frames.map((one) => muxFrames(1, encodeFrame(one))))
  assert.deepEqual(readFrames(cut(whole, cuts)), frames)
})

/** As a peer may send it: right, nearly right, or anything at all. */
const hostile: fc.Arbitrary<Uint8Array> = fc.oneof(
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

const hostileFrames = fc.asyncProperty(
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

const anyBytes = fc.property(fc.oneof(bytes(40), bytes(400)), (raw) => {
  decodeMessage(Request, raw)
  decodeMessage(Response, raw)
  decodeMessage(api.RegisterPluginRequest, raw)
  decodeMessage(api.ConfigureResponse, raw)
  decodeMessage(api.SynchronizeResponse, raw)
  decodeMessage(api.EventResponse, raw)
  decodeMessage(api.UpdateContainersRequest, raw)
  readName(raw)
})

const anySpec = fc.property(fc.json(), fc.string(), (json, text) => {
  for (const spec of [json, text]) {
    assert.ok(api.Container.encode({ ...api.Container.fromPartial({}), ...fromSpec(spec) }).finish().length >= 0)
  }
})

const anyMask = fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (mask) => {
  const read = readMask(mask)
  assert.equal(E.isRight(read), mask >= 0 && mask <= 0x3fff)
})

const inChunks = fc.property(fc.array(fc.nat(900), { maxLength: 30 }), fc.nat(5), (sizes, pods) => {
  const containers = sizes.map((size, n) => ({ ...stopped(`c${n}`, 'p'), env: ['x'.repeat(size)] }))
  const most = 1_024 + 1_000
  const { chunks, leftOut } = chunked({ pods: Array.from({ length: pods }, (_, n) => pod(`p${n}`)), containers }, most)
  assert.deepEqual(leftOut, [])
  assert.deepEqual(chunks.flatMap((chunk) => chunk.containers.map(({ id }) => id)), containers.map(({ id }) => id))
  assert.equal(chunks.flatMap((chunk) => chunk.pods).length, pods)
  for (const chunk of chunks) {
    const request = api.SynchronizeRequest.fromPartial({ pods: [...chunk.pods], containers: [...chunk.containers], more: true })
    assert.ok(api.SynchronizeRequest.encode(request).finish().length <= most)
  }
})

export const props: ReadonlyArray<Prop> = [
  { name: 'nri: frames are read back as they were written, however they are cut', property: roundTrip, runs: 100 },
  {
    name: 'nri: no frames of a peer throw, hang or leave it neither cut off nor usable',
    property: hostileFrames,
    runs: Math.ceil(fuzzed / framesPerRun),
  },
  { name: 'nri: no bytes make a decoder throw', property: anyBytes, runs: 500 },
  { name: 'nri: every OCI spec gives a container that can be sent', property: anySpec, runs: 200 },
  { name: 'nri: masks are taken up to the last event, and no further', property: anyMask },
  { name: 'nri: a synchronisation in parts is all there, in order, and no part is too large', property: inChunks, runs: 50 },
]
