/** A real grpc-js server on a unix socket of its own, with the handlers a test gives it. Runs on both runtimes. */
import { type handleServerStreamingCall, type handleUnaryCall, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Methods of one service; those left out answer UNIMPLEMENTED. */
export type Handlers = Readonly<Record<string, handleUnaryCall<never, never> | handleServerStreamingCall<never, never>>>

export interface WireServer {
  readonly address: string
  /** Hangs up on everybody and leaves the address. */
  readonly hangUp: () => Promise<void>
  /** Listens at the same address again. */
  readonly listenAgain: () => Promise<void>
}

const listen = async (address: string, services: ReadonlyArray<readonly [ServiceDefinition, object]>): Promise<Server> => {
  const server = new Server({ 'grpc.max_send_message_length': -1 })
  for (const [definition, handlers] of services) server.addService(definition, { ...handlers })
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix:${address}`, ServerCredentials.createInsecure(), (error) => error === null ? resolve() : reject(error))
  )
  return server
}

/** Starts a server with these services, hands it to `use`, and takes everything down again. */
export const withWireServer = async (
  services: ReadonlyArray<readonly [ServiceDefinition, object]>,
  use: (server: WireServer) => Promise<void>,
): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'wire-'))
  const address = join(dir, 'c.sock')
  let server = await listen(address, services)
  try {
    await use({
      address,
      hangUp: async () => {
        server.forceShutdown()
        rmSync(address, { force: true })
      },
      listenAgain: async () => {
        server = await listen(address, services)
      },
    })
  } finally {
    server.forceShutdown()
    rmSync(dir, { recursive: true, force: true })
  }
}
