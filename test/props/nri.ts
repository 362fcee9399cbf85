/** NRI's decoders against anything: what is written is read back however it is cut, and no bytes throw, hang or grow. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { chunked } from '../../shell/nri/chunks.ts'
import { readMask } from '../../shell/nri/events.ts'
import { muxFrames, muxReader } from '../../shell/nri/mux.ts'
import { fromSpec } from '../../shell/nri/reaper/spec.ts'
import { readName } from '../../shell/nri/register.ts'
import { decodeMessage } from '../../shell/ttrpc/codec.ts'
import { encodeFrame, type Frame, frameReader } from '../../shell/ttrpc/frame.ts'
import * as api from '../../shell/proto/gen/nri/api.ts'
import { Request, Response } from '../../shell/proto/gen/nri/ttrpc.ts'
import { message } from '../support/nri/bytes.ts'
import { cut, framesPerRun, hostileFrames } from '../support/nri/hostile.ts'
import { pod, stopped } from '../support/nri/with_host.ts'
import type { Prop } from '../support/property.ts'

/** Frames in all; test/nightly/nri_frames.ts has a million. */
const fuzzed = 10_000

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })

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
