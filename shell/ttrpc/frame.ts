/**
 * ttrpc's frames: ten bytes of header, then a message. Written whole, read from a stream of bytes cut anywhere. Knows nothing of calls.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { type ProtocolFault, protocolFault } from './fault.ts'

/** The types a frame can have. Others are passed over, as the protocol wants. */
export const frameType = { request: 1, response: 2, data: 3 } as const

/** The sender goes on sending on this stream: a streaming call. */
export const remoteOpen = 0x02

/** The most that a frame may hold after its header, bytes. */
export const longestMessage: number = 4 * 1024 * 1024

const headerSize = 10

export interface Frame {
  readonly stream: number
  readonly type: number
  readonly flags: number
  readonly data: Uint8Array
}

/** The bytes of a frame. Its data must not be longer than {@link longestMessage}. */
export const encodeFrame = ({ stream, type, flags, data }: Frame): Uint8Array => {
  const bytes = new Uint8Array(headerSize + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  view.setUint32(4, stream)
  view.setUint8(8, type)
  view.setUint8(9, flags)
  bytes.set(data, headerSize)
  return bytes
}

export interface FrameReader {
  /** The frames that are complete with these bytes. After a fault everything is that fault. */
  readonly push: (bytes: Uint8Array) => E.Either<ProtocolFault, ReadonlyArray<Frame>>
}

/** What is kept of a frame is at most twice what has come of it: a length alone reserves nothing. */
const firstRoom = 4_096

export const frameReader = (): FrameReader => {
  const header = new Uint8Array(headerSize)
  const view = new DataView(header.buffer)
  let headerRead = 0
  let length = 0
  let data = new Uint8Array(0)
  let dataRead = 0
  let fault: ProtocolFault | undefined

  const begin = (): ProtocolFault | undefined => {
    length = view.getUint32(0)
    data = new Uint8Array(Math.min(length, firstRoom))
    dataRead = 0
    return length > longestMessage
      ? protocolFault(`wanted a message of at most ${longestMessage} bytes, found one of ${length}`)
      : undefined
  }
  const end = (): Frame => {
    const frame: Frame = { stream: view.getUint32(4), type: view.getUint8(8), flags: view.getUint8(9), data }
    headerRead = 0
    data = new Uint8Array(0)
    return frame
  }
  const makeRoom = (wanted: number): void => {
    if (wanted <= data.length) return
    const bigger = new Uint8Array(Math.min(length, Math.max(wanted, 2 * data.length)))
    bigger.set(data.subarray(0, dataRead))
    data = bigger
  }

  const push = (bytes: Uint8Array): E.Either<ProtocolFault, ReadonlyArray<Frame>> => {
    const frames: Array<Frame> = []
    let at = 0
    while (fault === undefined && at < bytes.length) {
      if (headerRead < headerSize) {
        const taken = bytes.subarray(at, at + headerSize - headerRead)
        header.set(taken, headerRead)
        headerRead += taken.length
        at += taken.length
        if (headerRead === headerSize) fault = begin()
      } else {
        const taken = bytes.subarray(at, at + length - dataRead)
        makeRoom(dataRead + taken.length)
        data.set(taken, dataRead)
        dataRead += taken.length
        at += taken.length
      }
      if (fault === undefined && headerRead === headerSize && dataRead === length) frames.push(end())
    }
    return fault === undefined ? E.right(frames) : E.left(fault)
  }
  return { push }
}
