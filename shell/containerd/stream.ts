/**
 * A server stream of grpc-js as one cancellable action that lives as long as the stream and ends with the reason why it ended.
 * The other half of unary.ts: no other file meets an event emitter of grpc-js.
 *
 * @module
 */
import type { ServiceError } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { cancelled, type ShellError } from '../errors.ts'
import { type Cancellable, onAbort } from '../task/cancellable.ts'
import { metadataFor, type Method, type Target, toClosed, toShellError } from './unary.ts'

/** Takes a message. A promise asks for patience: the stream is paused, and the server slowed down, until it resolves. */
export type OnMessage<A> = (message: A) => Promise<void> | undefined

/**
 * Hands each message to `onMessage`, in order, until the stream ends. `Right` means that the server ended it properly, and that every
 * message has been handed over. With `Left` the last ones may be missing, because grpc-js lets an error overtake them. After an abort
 * nothing is handed over any more, and the result is `Cancelled`.
 */
export const serverStream =
  <Req, Res>(target: Target, method: Method<Req, Res>, request: Req, onMessage: OnMessage<Res>): Cancellable<ShellError, void> =>
  ({ signal }) =>
  () =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve(E.left(cancelled))
      try {
        const { path, requestSerialize, responseDeserialize } = method
        const stream = target.client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadataFor(target))
        let failure: ShellError | undefined
        const end = (): void => {
          unlink()
          resolve(failure === undefined ? E.right(undefined) : E.left(failure))
        }
        const unlink = onAbort(signal, () => stream.cancel())
        stream.on('data', (message: Res) => {
          if (signal.aborted) return
          const patience = onMessage(message)
          if (patience === undefined) return
          stream.pause()
          void patience.then(() => stream.resume())
        })
        // grpc-js reports the status while messages may still be buffered; `end` comes when the last one has been handed over.
        stream.on('end', end)
        stream.on('error', (error: ServiceError) => {
          failure = toShellError(path, error, signal)
          if (signal.aborted) end()
        })
      } catch (error) {
        resolve(E.left(toClosed(method.path, error)))
      }
    })
