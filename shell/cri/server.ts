/**
 * The gRPC server on a socket of its own: one namespace, read-only. What it says comes from the view and the feed that it is given.
 *
 * @module
 */
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Clock } from '../clock.ts'
import { addCriServices, type CriParts } from './services.ts'
import { ownSocket, type SocketProblem } from './socket.ts'
import { stoppable } from '../task/cancellable.ts'

export interface CriServer {
  /** Ends all streams with UNAVAILABLE, and takes the socket away. */
  readonly close: () => Promise<void>
}

const serverOptions = {
  'grpc.max_receive_message_length': 1_048_576, // requests are filters and ids
  'grpc.max_send_message_length': 16 * 1_048_576, // what clients of CRI read at most
}

export const serveOn = (path: string, parts: Omit<CriParts, 'streams'>): TE.TaskEither<SocketProblem, CriServer> => {
  const streams = new Set<() => void>()
  const server = new Server(serverOptions)
  addCriServices(server, { ...parts, streams })
  const listen = (hidden: string): Promise<void> =>
    new Promise((resolve, reject) => {
      server.bindAsync(`unix:${hidden}`, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)))
    })
  return pipe(
    ownSocket(path, listen),
    TE.map(({ remove }) => ({
      close: () => {
        remove()
        for (const end of [...streams]) end()
        return shutDown(server, parts.clock)
      },
    })),
    TE.orElseFirstTaskK(() => T.fromIO(() => server.forceShutdown())),
  )
}

/** How long clients get to read the end of what they were told, ms. */
const endMs = 500

/** Streams have been told that it is over; whoever does not read that is left behind. */
const shutDown = async (server: Server, clock: Clock): Promise<void> => {
  const nap = stoppable()
  server.tryShutdown(() => nap.abort())
  await clock.sleep(endMs, nap.signal)
  server.forceShutdown()
}
