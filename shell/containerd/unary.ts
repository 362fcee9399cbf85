/**
 * The one place where a callback of grpc-js becomes a TaskEither. After this file a rejection is a bug.
 * Knows no method of containerd: it is handed one, as ts-proto generates it.
 *
 * @module
 */
import { type Client, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { callFailed, cancelled, type ShellError } from '../errors.ts'
import { type Cancellable, onAbort, type Signal } from '../task/cancellable.ts'
import { classify } from './classify.ts'

/** A method as the generated service definitions hold it, as far as a client needs it. */
export interface Method<Req, Res> {
  readonly path: string
  readonly requestSerialize: (request: Req) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => Res
}

/** Where a call goes: the connection, and the containerd namespace if the method asks for one. */
export interface Target {
  readonly client: Client
  readonly namespace?: string
}

/**
 * One call, one answer. An abort cancels the RPC, which containerd notices; the call then settles as `Cancelled`, unless its answer
 * was faster. No gRPC deadline is ever set: the timers around this are the authority.
 */
export const unary =
  <Req, Res>(target: Target, method: Method<Req, Res>, request: Req): Cancellable<ShellError, Res> => ({ signal }) => () =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve(E.left(cancelled))
      try {
        const call = target.client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          metadataFor(target),
          (error, response) => {
            unlink()
            if (error === null && response !== undefined) resolve(E.right(response))
            else resolve(E.left(toShellError(method.path, error, signal)))
          },
        )
        const unlink = onAbort(signal, () => call.cancel())
      } catch (error) {
        resolve(E.left(toClosed(method.path, error)))
      }
    })

/** The headers of a call. */
export const metadataFor = ({ namespace }: Target): Metadata => {
  const metadata = new Metadata()
  if (namespace !== undefined) metadata.set('containerd-namespace', namespace)
  return metadata
}

/** What a failed call means to us. Being cancelled because we asked for it is no failure of containerd's. */
export const toShellError = (path: string, error: ServiceError | null, signal: Signal): ShellError => {
  const { code, details } = error ?? { code: status.UNKNOWN, details: 'neither an answer nor an error' }
  if (signal.aborted && code === status.CANCELLED) return cancelled
  return callFailed({ class: classify(code, details), call: nameOf(path), code, message: details })
}

/** A call on a channel that was closed: grpc-js throws instead of answering. */
export const toClosed = (path: string, error: unknown): ShellError =>
  callFailed({
    class: 'Disconnected',
    call: nameOf(path),
    code: status.UNAVAILABLE,
    message: error instanceof Error ? error.message : String(error),
  })

/** `/containerd.services.tasks.v1.Tasks/Get` as people say it: `Tasks.Get`. */
const nameOf = (path: string): string => path.slice(path.lastIndexOf('.', path.lastIndexOf('/')) + 1).replace('/', '.')
