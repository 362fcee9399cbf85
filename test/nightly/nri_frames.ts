/**
 * A million frames of hostile NRI peers: none may throw, hang, or leave anything behind. First many short connections that send anything
 * at all, then long ones that keep to the protocol just well enough never to be cut off. `NRI_FRAMES` says how many frames (1,000,000).
 */
import { once } from 'node:events'
import process from 'node:process'
import { Duplex } from 'node:stream'
import v8 from 'node:v8'
import vm from 'node:vm'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { makePeer } from '../../shell/nri/peer.ts'
import { message, mux, ttrpc } from '../support/nri/bytes.ts'
import { framesPerRun, hostileFrames } from '../support/nri/hostile.ts'
import { virtualClock } from '../support/virtual_clock.ts'
import { sizeFrom } from '../sim/worlds.ts'

const frames = sizeFrom('NRI_FRAMES', 1_000_000)
const seed = sizeFrom('NRI_SEED', 1)
const batch = Math.min(10_000, frames)
/** Growth that is no growth: what the runtime itself takes its time to give back, bytes. */
const noise = 8 * 1024 * 1024

v8.setFlagsFromString('--expose-gc')
const collect = vm.runInNewContext('gc') as () => void
const held = async (): Promise<number> => {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

let first: number | undefined
let most = 0
const watchMemory = async (sent: number): Promise<void> => {
  const now = await held()
  first ??= now // after the first batch, when everything has been loaded and compiled
  most = Math.max(most, now - first)
  if (sent % (10 * batch) === 0) console.log(`${sent} of ${frames} frames, ${Math.round(now / 1_048_576)} MB`)
}

/** Connections of twenty frames each. */
const anythingAtAll = async (upTo: number): Promise<void> => {
  for (let sent = 0; sent < upTo; sent += batch) {
    await fc.assert(hostileFrames, { numRuns: Math.ceil(batch / framesPerRun), seed: seed + sent })
    await watchMemory(sent + batch)
  }
}

/** One connection that asks, says half a message in many pieces, and uses streams that nobody opened, up to the limit. */
const withinTheRules = async (from: number, upTo: number): Promise<void> => {
  const clock = virtualClock()
  let answers = 0
  const socket = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => {
      answers += 1
      done()
    },
  })
  const peer = makePeer(socket, { clock, services: { S: { Echo: (payload) => Promise.resolve(E.right(payload)) } } })
  let stream = 1
  for (let sent = from; sent < upTo; sent += batch) {
    for (let n = 0; n < batch; n += 10) {
      // Ten frames: a request that there is no method for would count as stray, so this one is answered.
      const request = ttrpc(stream, 1, new Uint8Array([10, 1, 83, 18, 4, 69, 99, 104, 111, 26, 2, 7, 7]))
      stream += 2
      socket.emit('data', message(...Array.from(pieces(request, 10), (piece) => mux(2, piece))))
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await watchMemory(sent + batch)
  }
  await new Promise((resolve) => setImmediate(resolve))
  const asked = (stream - 1) / 2
  if (socket.destroyed || answers !== asked) throw new Error(`wanted ${asked} answers, found ${answers}; cut off: ${socket.destroyed}`)
  peer.close('enough')
  if (!socket.closed) await once(socket, 'close')
}

const pieces = function* (bytes: Uint8Array, count: number): Generator<Uint8Array, void, undefined> {
  const size = Math.ceil(bytes.length / count)
  for (let n = 0; n < count; n++) yield bytes.subarray(n * size, (n + 1) * size)
}

const half = Math.ceil(frames / 2 / batch) * batch
await anythingAtAll(half)
await withinTheRules(half, 2 * half)
const grown = most > noise
console.log(
  `${2 * half} frames from seed ${seed}: none threw, none hung, memory grew by at most ${(most / 1_048_576).toFixed(1)} MB${
    grown ? ', which is growth' : ''
  }`,
)
if (grown) process.exitCode = 1
