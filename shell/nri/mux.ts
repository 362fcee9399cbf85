/**
 * NRI's multiplexer: several byte streams over one socket, as frames of an id, a length and so many bytes. It knows nothing of what
 * the streams carry, and keeps none of it: bytes are passed on as they come, so a length, however huge, costs no memory.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { type ProtocolFault, protocolFault } from '../ttrpc/fault.ts'

/** The stream on which the plugin serves and the runtime calls. */
export const pluginStream = 1
/** The stream on which the runtime serves and the plugin calls. */
export const runtimeStream = 2

const headerSize = 8
/**
 * A Go peer reads a stream through a buffer of this size and refuses a frame that does not fit into what is left of it; at the
 * beginning of a ttrpc message that is all of it. Once it knows the message's length, it reads the rest in one piece.
 */
const goReadBuffer = 4_096
/** The most that any Go writer has put into one frame, in any version. */
const longestPayload = 16 * 1024 * 1024
/** Go drops frames of streams that nobody has opened; so do we, but not for ever. */
const mostStrays = 1_024

/**
 * `message`, one whole message of what the stream carries, as the frames that any peer can read: the first 4096 bytes, then all the
 * rest. Not in more pieces either, for a Go peer cuts off whoever has more than 256 frames under way.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { muxFrames } from 'containerd-reaper/nri'
 *
 * assert.deepEqual([...muxFrames(1, new Uint8Array([7, 8]))], [0, 0, 0, 1, 0, 0, 0, 2, 7, 8])
 * assert.equal(muxFrames(1, new Uint8Array(9_000)).length, 9_000 + 2 * 8)
 * ```
 */
export const muxFrames = (stream: number, message: Uint8Array): Uint8Array => {
  const cuts = message.length > goReadBuffer ? [message.subarray(0, goReadBuffer), message.subarray(goReadBuffer)] : [message]
  const frames = new Uint8Array(message.length + cuts.length * headerSize)
  const view = new DataView(frames.buffer)
  let at = 0
  for (const payload of cuts) {
    view.setUint32(at, stream)
    view.setUint32(at + 4, payload.length)
    frames.set(payload, at + headerSize)
    at += headerSize + payload.length
  }
  return frames
}

/** Some bytes of one stream: a part of a frame, a frame, never more. A view of what was pushed, not a copy. */
export interface Piece {
  readonly stream: number
  readonly bytes: Uint8Array
}

export interface MuxReader {
  /** What the next bytes of the socket hold of the open streams. After a fault everything is that fault. */
  readonly push: (chunk: Uint8Array) => E.Either<ProtocolFault, ReadonlyArray<Piece>>
}

/** Reads what a peer sends. Frames of other streams than `open` are dropped. */
export const muxReader = (open: ReadonlyArray<number>): MuxReader => {
  const header = new Uint8Array(headerSize)
  const view = new DataView(header.buffer)
  let headerRead = 0
  let stream = 0
  let left = 0
  let strays = 0
  let fault: ProtocolFault | undefined

  const begin = (): ProtocolFault | undefined => {
    stream = view.getUint32(0)
    left = view.getUint32(4)
    headerRead = 0
    if (left > longestPayload) return protocolFault(`wanted a frame of at most ${longestPayload} bytes, found one of ${left}`)
    if (!open.includes(stream)) strays += 1
    return strays > mostStrays ? protocolFault(`found more than ${mostStrays} frames of streams that are not open`) : undefined
  }

  const push = (chunk: Uint8Array): E.Either<ProtocolFault, ReadonlyArray<Piece>> => {
    const pieces: Array<Piece> = []
    let at = 0
    while (fault === undefined && at < chunk.length) {
      if (left === 0) {
        const taken = chunk.subarray(at, at + headerSize - headerRead)
        header.set(taken, headerRead)
        headerRead += taken.length
        at += taken.length
        if (headerRead === headerSize) fault = begin()
      } else {
        const bytes = chunk.subarray(at, at + left)
        if (open.includes(stream)) pieces.push({ stream, bytes })
        left -= bytes.length
        at += bytes.length
      }
    }
    return fault === undefined ? E.right(pieces) : E.left(fault)
  }
  return { push }
}
