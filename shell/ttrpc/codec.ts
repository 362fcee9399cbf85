/**
 * Messages to and from bytes: a value or one line, never a throw. The bytes are somebody else's; and a message may hold what its
 * fields cannot, for what is in it came from elsewhere too.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'

/** What is used of a generated message. */
export interface Message<A> {
  readonly encode: (message: A) => { readonly finish: () => Uint8Array }
  readonly decode: (bytes: Uint8Array) => A
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const encodeMessage = <A>(type: Message<A>, message: A): E.Either<string, Uint8Array> =>
  E.tryCatch(() => type.encode(message).finish(), words)

export const decodeMessage = <A>(type: Message<A>, bytes: Uint8Array): E.Either<string, A> => E.tryCatch(() => type.decode(bytes), words)
