/**
 * Messages from bytes that somebody else made up: a value or one line, never a throw.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'

/** What is used of a generated message. */
export interface Message<A> {
  readonly encode: (message: A) => { readonly finish: () => Uint8Array }
  readonly decode: (bytes: Uint8Array) => A
}

export const encodeMessage = <A>(type: Message<A>, message: A): Uint8Array => type.encode(message).finish()

export const decodeMessage = <A>(type: Message<A>, bytes: Uint8Array): E.Either<string, A> =>
  E.tryCatch(() => type.decode(bytes), (error) => (error instanceof Error ? error.message : String(error)))
