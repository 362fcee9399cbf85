/**
 * The unix socket in front of the gRPC server. It owns the raw connections, so that they can be cut without a goodbye,
 * which is what clients see when a daemon is killed.
 *
 * @module
 */
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import { Server, ServerCredentials } from '@grpc/grpc-js'

export interface Listener {
  /** Listens on the socket; a socket file that an earlier life left behind is replaced. */
  readonly open: () => Promise<void>
  /** Ends all connections at once; new ones are taken if the socket is open. */
  readonly cut: () => void
  /** Takes no more connections, removes the socket file and cuts those that are there. */
  readonly close: () => Promise<void>
  /** Ends the server for good. */
  readonly stop: () => Promise<void>
}

const megabytes16 = 16 << 20

export const makeListener = (socketPath: string, register: (server: Server) => void): Listener => {
  const server = new Server({
    'grpc.max_receive_message_length': megabytes16,
    'grpc.max_send_message_length': megabytes16,
  })
  register(server)
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  const sockets = new Set<Socket>()
  let net: NetServer | undefined
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const close = async (): Promise<void> => {
    const closing = net
    net = undefined
    const closed = new Promise<void>((resolve) => (closing === undefined ? resolve() : closing.close(() => resolve())))
    cut()
    await closed
  }
  return {
    open: () =>
      new Promise((resolve, reject) => {
        rmSync(socketPath, { force: true })
        const opened = createServer((socket) => {
          sockets.add(socket)
          socket.once('close', () => sockets.delete(socket))
          socket.on('error', () => undefined)
          injector.injectConnection(socket)
        })
        opened.once('error', reject)
        opened.listen(socketPath, () => {
          chmodSync(socketPath, 0o600)
          net = opened
          resolve()
        })
      }),
    cut,
    close,
    stop: async () => {
      await close()
      server.forceShutdown()
    },
  }
}
