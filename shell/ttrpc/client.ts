/**
 * The calling side of ttrpc on one stream of bytes: unary calls with a limit in time each, answered in any order. Its user feeds it
 * the frames that come and ends it with the connection.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Clock } from '../clock.ts'
import { Request, Response } from '../proto/gen/nri/ttrpc.ts'
import { type ProtocolFault, protocolFault } from './fault.ts'
import { decodeMessage } from './codec.ts'
import { encodeFrame, type Frame, frameType, longestMessage } from './frame.ts'
import { type CallError, code, refused } from './status.ts'
import { stoppable } from '../task/cancellable.ts'

export interface TtrpcClient {
  /**
   * `/service/method` with this message; ends with the answer's message. `ms` is for the whole call, and the other side is told.
   * A call whose time is up is forgotten: its answer, should it still come, is passed over.
   */
  readonly call: (service: string, method: string, payload: Uint8Array, ms: number) => TE.TaskEither<CallError, Uint8Array>
  /** A frame that came. */
  readonly receive: (frame: Frame) => E.Either<ProtocolFault, void>
  /** The connection has ended: whatever is open ends, and so does every later call. */
  readonly end: (reason: string) => void
}

/** Answers that nobody waits for (any more) are passed over, but not for ever. */
const mostStrays = 1_024
/** The stream ids of a connection are used up; four thousand million calls away. */
const lastStream = 0xffff_fffd

type Settle = (outcome: E.Either<CallError, Uint8Array>) => void

export const makeClient = (send: (message: Uint8Array) => void, clock: Pick<Clock, 'sleep'>): TtrpcClient => {
  const open = new Map<number, Settle>()
  let next = 1
  let strays = 0
  let ended: string | undefined

  const call = (service: string, method: string, payload: Uint8Array, ms: number): TE.TaskEither<CallError, Uint8Array> => () =>
    new Promise((resolve) => {
      if (ended !== undefined) return resolve(E.left({ _tag: 'Closed', reason: ended }))
      const request = { service, method, payload, timeoutNano: BigInt(Math.max(1, Math.ceil(ms))) * 1_000_000n, metadata: [] }
      const data = Request.encode(request).finish()
      if (data.length > longestMessage) return resolve(E.left({ _tag: 'TooLarge', bytes: data.length, most: longestMessage }))
      if (next > lastStream) return resolve(E.left({ _tag: 'Closed', reason: 'all stream ids are used up' }))
      const stream = next
      next += 2
      const timer = stoppable()
      open.set(stream, (outcome) => {
        open.delete(stream)
        timer.abort()
        resolve(outcome)
      })
      void clock.sleep(ms, timer.signal).then((how) => {
        if (how === 'elapsed') open.get(stream)?.(E.left({ _tag: 'NoAnswer', ms }))
      })
      send(encodeFrame({ stream, type: frameType.request, flags: 0, data }))
    })

  const stray = (): E.Either<ProtocolFault, void> => {
    strays += 1
    return strays > mostStrays ? E.left(protocolFault(`found more than ${mostStrays} answers that nobody waits for`)) : E.right(undefined)
  }

  const receive = ({ stream, type, data }: Frame): E.Either<ProtocolFault, void> => {
    const settle = open.get(stream)
    if (settle === undefined || (type !== frameType.response && type !== frameType.data)) return stray()
    if (type === frameType.data) {
      settle(E.left({ _tag: 'Unreadable', message: 'wanted one answer, found a stream of data' }))
      return E.right(undefined)
    }
    settle(outcomeOf(data))
    return E.right(undefined)
  }

  const end = (reason: string): void => {
    ended ??= reason
    for (const settle of [...open.values()]) settle(E.left({ _tag: 'Closed', reason: ended }))
  }
  return { call, receive, end }
}

/** No status, and status 0, both mean success. */
const outcomeOf = (data: Uint8Array): E.Either<CallError, Uint8Array> => {
  const response = decodeMessage(Response, data)
  if (E.isLeft(response)) return E.left({ _tag: 'Unreadable', message: response.left })
  const { status, payload } = response.right
  return status === undefined || status.code === code.ok ? E.right(payload) : E.left(refused(status.code, status.message))
}
