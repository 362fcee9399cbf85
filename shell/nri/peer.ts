/**
 * One plugin's connection: the mux, a ttrpc client on one of its streams and a ttrpc server on the other. Whatever the peer does that
 * it must not, it is cut off for, with one line that says why; nothing else happens, and what is kept for it stays bounded.
 *
 * @module
 */
import type { Duplex } from 'node:stream'
import * as E from 'fp-ts/lib/Either.js'
import type { Clock } from '../clock.ts'
import type { ProtocolFault } from '../ttrpc/fault.ts'
import { muxFrames, muxReader, type Piece, pluginStream, runtimeStream } from './mux.ts'
import { makeClient, type TtrpcClient } from '../ttrpc/client.ts'
import { frameReader } from '../ttrpc/frame.ts'
import { makeServer, type Services } from '../ttrpc/server.ts'

/** Why a connection is over. `fault`: the peer broke the protocol. `lost`: it went away. `closed`: we ended it. */
export interface Ending {
  readonly how: 'fault' | 'lost' | 'closed'
  readonly reason: string
}

export interface Peer {
  readonly call: TtrpcClient['call']
  /** Ends the connection; whatever is open ends as `Closed`. */
  readonly close: (reason: string) => void
  /** Resolves when the connection is over. */
  readonly ended: Promise<Ending>
}

/** What may wait to be read by the peer, bytes: four of the longest messages. */
const mostUnread = 16 * 1024 * 1024

export interface PeerOptions {
  readonly clock: Pick<Clock, 'sleep'>
  /** What the peer may call. */
  readonly services: Services
  /**
   * `runtime`: calls the plugin and answers it, the default. `plugin`: the other way round.
   */
  readonly side?: 'runtime' | 'plugin'
}

/** Speaks NRI's framing over `socket` from now on. Errors of the socket are taken care of here. */
export const makePeer = (socket: Duplex, { clock, services, side = 'runtime' }: PeerOptions): Peer => {
  let ending: Ending | undefined
  let whenEnded: (ending: Ending) => void = () => undefined
  const ended = new Promise<Ending>((resolve) => whenEnded = resolve)

  const end = (how: Ending['how'], reason: string): void => {
    if (ending !== undefined) return
    ending = { how, reason }
    socket.destroy()
    client.end(reason)
    whenEnded(ending)
  }
  const sendOn = (stream: number) => (message: Uint8Array): void => {
    if (ending !== undefined) return
    socket.write(muxFrames(stream, message))
    if (socket.writableLength > mostUnread) end('fault', `it does not read what it is sent: more than ${mostUnread} bytes wait`)
  }

  const [callStream, serveStream] = side === 'runtime' ? [pluginStream, runtimeStream] : [runtimeStream, pluginStream]
  const client = makeClient(sendOn(callStream), clock)
  const server = makeServer(sendOn(serveStream), services)
  const mux = muxReader([callStream, serveStream])
  const answers = frameReader()
  const requests = frameReader()

  const takePiece = ({ stream, bytes }: Piece): E.Either<ProtocolFault, void> => {
    const [reader, taker] = stream === callStream ? [answers, client] : [requests, server]
    const frames = reader.push(bytes)
    if (E.isLeft(frames)) return frames
    for (const frame of frames.right) {
      const taken = taker.receive(frame)
      if (E.isLeft(taken)) return taken
    }
    return E.right(undefined)
  }
  const take = (chunk: Uint8Array): void => {
    if (ending !== undefined) return
    const pieces = mux.push(chunk)
    if (E.isLeft(pieces)) return end('fault', pieces.left.message)
    for (const piece of pieces.right) {
      const taken = takePiece(piece)
      if (E.isLeft(taken)) return end('fault', taken.left.message)
    }
  }

  socket.on('data', take)
  socket.on('error', (error) => end('lost', error.message))
  socket.on('end', () => end('lost', 'it closed the connection'))
  socket.on('close', () => end('lost', 'it closed the connection'))
  return { call: client.call, close: (reason) => end('closed', reason), ended }
}
