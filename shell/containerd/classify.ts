/**
 * The one table that says what a failed gRPC call means. containerd's status codes are not enough: a time that ran out and a shim
 * that went away both arrive as UNKNOWN, and UNAVAILABLE may come from containerd or from our own transport.
 *
 * @module
 */
import { status } from '@grpc/grpc-js'
import type { ErrorClass } from '../errors.ts'

/** One row: for calls that ended with `code` and, if given, with a text like `like`. The first row that fits counts. */
interface Row {
  readonly code: number
  readonly like?: RegExp
  readonly class: ErrorClass
}

/** Texts of grpc-js itself, for calls that the connection failed under. containerd writes none of these. */
const ofTransport =
  /^(No connection established|Connection dropped|Stream refused by server|Write error|Write failed|Failed to start HTTP\/2 stream|Channel closed|Name resolution failed|Received RST_STREAM|read E[A-Z]+$|write E[A-Z]+$)/

const table: ReadonlyArray<Row> = [
  // grpc-js's words for a stream that the other side reset, as a server does that goes away. Our own cancel reads differently.
  { code: status.CANCELLED, like: /^Call cancelled$/, class: 'Disconnected' },
  { code: status.CANCELLED, class: 'Cancelled' },
  { code: status.UNKNOWN, like: /\bttrpc: closed\b/, class: 'ShimClosed' },
  { code: status.UNKNOWN, like: /\bcontext deadline exceeded\b/, class: 'DeadlineExceeded' },
  { code: status.UNKNOWN, like: /\bcontext canceled\b/, class: 'Cancelled' },
  { code: status.UNKNOWN, like: /\bcannot \w+ an? \w+ process\b/, class: 'FailedPrecondition' },
  { code: status.UNKNOWN, class: 'Unknown' },
  { code: status.INVALID_ARGUMENT, class: 'InvalidArgument' },
  { code: status.DEADLINE_EXCEEDED, class: 'DeadlineExceeded' },
  { code: status.NOT_FOUND, class: 'NotFound' },
  { code: status.ALREADY_EXISTS, class: 'AlreadyExists' },
  { code: status.PERMISSION_DENIED, class: 'PermissionDenied' },
  { code: status.RESOURCE_EXHAUSTED, class: 'ResourceExhausted' },
  { code: status.FAILED_PRECONDITION, class: 'FailedPrecondition' },
  { code: status.UNIMPLEMENTED, class: 'Unimplemented' },
  { code: status.INTERNAL, like: ofTransport, class: 'Disconnected' },
  { code: status.UNAVAILABLE, like: ofTransport, class: 'Disconnected' },
  { code: status.UNAVAILABLE, class: 'Unavailable' },
]

/**
 * The class of a failed call, from its gRPC status code and text. What the table does not know is `Unknown`.
 *
 * The rows follow what containerd 1.6.20 and 2.1.9 were heard to say: the shim layer turns what is not a gRPC status (a context that
 * ended, a closed ttrpc connection, a process in the wrong state) into UNKNOWN with the text kept.
 */
export const classify = (code: number, text: string): ErrorClass =>
  table.find((row) => row.code === code && (row.like === undefined || row.like.test(text)))?.class ?? 'Unknown'
