/**
 * How a call can end badly: what the other side answered, or that it did not. The codes are gRPC's.
 *
 * @module
 */

/** The codes that are told apart here. */
export const code = {
  ok: 0,
  unknown: 2,
  invalidArgument: 3,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
} as const

/** The other side answered that it did not do it. */
export interface Refused {
  readonly _tag: 'Refused'
  readonly code: number
  readonly message: string
}

/** No answer came in time. The other side may still be at work: ttrpc has no way to call it off. */
export interface NoAnswer {
  readonly _tag: 'NoAnswer'
  readonly ms: number
}

/** The connection ended, before the answer or before the call. */
export interface Closed {
  readonly _tag: 'Closed'
  readonly reason: string
}

/** Nothing was sent: it is more than a message may hold. */
export interface TooLarge {
  readonly _tag: 'TooLarge'
  readonly bytes: number
  readonly most: number
}

/** The answer came, and is not what the protocol says it should be. */
export interface Unreadable {
  readonly _tag: 'Unreadable'
  readonly message: string
}

export type CallError = Refused | NoAnswer | Closed | TooLarge | Unreadable

export const refused = (statusCode: number, message: string): Refused => ({ _tag: 'Refused', code: statusCode, message })

/** One line for a person. `call` is what was asked for, as `Plugin.Configure`. */
export const describeCallError = (call: string, error: CallError): string => {
  switch (error._tag) {
    case 'Refused':
      return `Cannot finish ${call}: the answer was code ${error.code}: ${shown(error.message)}`
    case 'NoAnswer':
      return `Cannot finish ${call}: no answer within ${error.ms} ms`
    case 'Closed':
      return `Cannot finish ${call}: the connection ended: ${error.reason}`
    case 'TooLarge':
      return `Cannot send ${call}: wanted at most ${error.most} bytes, found ${error.bytes}`
    case 'Unreadable':
      return `Cannot read the answer to ${call}: ${error.message}`
  }
}

/** A text that a peer made up, fit for a line of log: short, and without what would break it. */
export const shown = (text: string): string => text.slice(0, 200).replaceAll(/[^\x20-\x7e]/g, '?')
