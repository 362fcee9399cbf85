/**
 * The gRPC server on a socket of its own: one namespace, read-only. What it says comes from the view and the feed that it is given.
 *
 * @module
 */
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { addCriServices, type CriParts } from './services.ts'
import { ownSocket, type SocketProblem } from './socket.ts'

export interface CriServer {
  /** Ends all streams with UNAVAILABLE, and takes the socket away. */
  readonly close: () => Promise<void>
}

const serverOptions = {
  'grpc.max_receive_message_length': 1_048_576, // requests are filters and ids
  'grpc.max_send_message_length': 16 * 1_048_576, // what clients of CRI read at most
}

export const serveOn = (path: string, parts: Omit<CriParts, 'signal'>): TE.TaskEither<SocketProblem, CriServer> => {
  const end = new AbortController()
  const server = new Server(serverOptions)
  addCriServices(server, { ...parts, signal: end.signal })
  const listen = (hidden: string): Promise<void> =>
    new Promise((resolve, reject) => {
      server.bindAsync(`unix:${hidden}`, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)))
    })
  return pipe(
    ownSocket(path, listen),
    TE.map(({ remove }) => ({
      close: () => {
        remove()
        end.abort()
        return shutDown(server)
      },
    })),
    TE.orElseFirstTaskK(() => T.fromIO(() => server.forceShutdown())),
  )
}

/** Streams have been told; one tick lets the word out, and whoever does not read it is left behind. */
const shutDown = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(() => {
      server.forceShutdown()
      resolve()
    })
  })
