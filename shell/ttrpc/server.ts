/**
 * The answering side of ttrpc on one stream of bytes: unary calls, side by side up to a limit. It follows what the protocol says about
 * stream ids, and answers what it cannot do with the code that Go's server gives.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { Request, Response } from '../proto/gen/nri/ttrpc.ts'
import { type ProtocolFault, protocolFault } from './fault.ts'
import { decodeMessage } from './codec.ts'
import { encodeFrame, type Frame, frameType, longestMessage, remoteOpen } from './frame.ts'
import { code, type Refused, refused, shown } from './status.ts'

/** Answers one call. Must not reject. */
export type Handler = (payload: Uint8Array) => Promise<E.Either<Refused, Uint8Array>>

/** Handlers by method, by service. */
export type Services = Readonly<Record<string, Readonly<Record<string, Handler>>>>

export interface TtrpcServer {
  /** A frame that came. */
  readonly receive: (frame: Frame) => E.Either<ProtocolFault, void>
}

/** What a peer may have under way at once. NRI's plugins make one call at a time. */
const mostAtOnce = 64
/** Frames that are no request: answered or passed over, but not for ever. */
const mostStrays = 1_024

export const makeServer = (send: (message: Uint8Array) => void, services: Services): TtrpcServer => {
  let lastStream = 0
  let inFlight = 0
  let strays = 0

  const respond = (stream: number, outcome: E.Either<Refused, Uint8Array>): void => {
    const data = Response.encode(responseOf(outcome)).finish()
    const fits = data.length <= longestMessage
      ? data
      : Response.encode(responseOf(E.left(refused(code.internal, 'too much to say')))).finish()
    send(encodeFrame({ stream, type: frameType.response, flags: 0, data: fits }))
  }

  const stray = (stream: number, type: number): E.Either<ProtocolFault, void> => {
    strays += 1
    if (strays > mostStrays) return E.left(protocolFault(`found more than ${mostStrays} frames that are no requests`))
    if (type === frameType.data) respond(stream, E.left(refused(code.invalidArgument, 'StreamID is no longer active')))
    return E.right(undefined)
  }

  const refuse = (stream: number, statusCode: number, message: string): E.Either<ProtocolFault, void> => {
    strays += 1
    if (strays > mostStrays) return E.left(protocolFault(`found more than ${mostStrays} requests that could not be taken`))
    respond(stream, E.left(refused(statusCode, message)))
    return E.right(undefined)
  }

  const receive = ({ stream, type, flags, data }: Frame): E.Either<ProtocolFault, void> => {
    if (type !== frameType.request) return stray(stream, type)
    if (stream % 2 !== 1) return refuse(stream, code.invalidArgument, 'StreamID must be odd for client initiated streams')
    if (stream <= lastStream) return refuse(stream, code.invalidArgument, 'StreamID cannot be re-used and must increment')
    lastStream = stream
    const request = decodeMessage(Request, data)
    if (E.isLeft(request)) return refuse(stream, code.invalidArgument, `cannot read the request: ${request.left}`)
    const handler = handlerOf(services, request.right)
    if (E.isLeft(handler)) return refuse(stream, handler.left.code, handler.left.message)
    if ((flags & remoteOpen) !== 0) return refuse(stream, code.unimplemented, 'no streaming calls here')
    if (inFlight >= mostAtOnce) return E.left(protocolFault(`found more than ${mostAtOnce} calls at once`))
    inFlight += 1
    void handler.right(request.right.payload).then((outcome) => {
      inFlight -= 1
      respond(stream, outcome)
    })
    return E.right(undefined)
  }
  return { receive }
}

/** Own properties only: the names come from outside, and `constructor` is one like any other. */
const handlerOf = (services: Services, { service, method }: Pick<Request, 'service' | 'method'>): E.Either<Refused, Handler> => {
  const methods = Object.hasOwn(services, service) ? services[service] : undefined
  if (methods === undefined) return E.left(refused(code.unimplemented, `service ${shown(service)}`))
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined
  return handler === undefined ? E.left(refused(code.unimplemented, `method ${shown(method)}`)) : E.right(handler)
}

const responseOf = (outcome: E.Either<Refused, Uint8Array>): Response =>
  E.isRight(outcome)
    ? Response.fromPartial({ payload: outcome.right })
    : Response.fromPartial({ status: { code: outcome.left.code, message: outcome.left.message } })
