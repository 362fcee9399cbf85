/**
 * The socket that plugins connect to: ours alone (0600), made new when what lies there is left over from a kill, and never taken from
 * somebody who answers on it.
 *
 * @module
 */
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { dirname } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'

/** One line: what was wanted, what was found, what to do. */
export interface NriUnusable {
  readonly _tag: 'NriUnusable'
  readonly message: string
}

export const nriUnusable = (message: string): NriUnusable => ({ _tag: 'NriUnusable', message })

export interface Listening {
  /** Takes no more connections and removes the socket; those that are there go on. */
  readonly close: () => void
}

/** Listens on `path` and hands over what connects. Makes the folder (0700) if it is not there. */
export const listen = (path: string, onSocket: (socket: Socket) => void): TE.TaskEither<NriUnusable, Listening> => async () => {
  switch (await lookAt(path)) {
    case 'alive':
      return E.left(nriUnusable(`Cannot listen for NRI plugins on ${path}: another runtime does; stop it or give another --nri-socket`))
    case 'no socket':
      return E.left(nriUnusable(`Cannot listen for NRI plugins on ${path}: something else is there; give another --nri-socket`))
    case 'left over':
    case 'nothing':
      break
  }
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    rmSync(path, { force: true })
  } catch (error) {
    return E.left(unusable(path, error))
  }
  return await new Promise((resolve) => {
    const server = createServer(onSocket)
    server.once('error', (error) => resolve(E.left(unusable(path, error))))
    server.listen(path, () => {
      chmodSync(path, 0o600)
      resolve(E.right({ close: () => void server.close() }))
    })
  })
}

const unusable = (path: string, error: unknown): NriUnusable =>
  nriUnusable(
    `Cannot listen for NRI plugins on ${path}: ${error instanceof Error ? error.message : String(error)}; give another --nri-socket`,
  )

type Finding = 'alive' | 'left over' | 'nothing' | 'no socket'

const lookAt = (path: string): Promise<Finding> =>
  new Promise((resolve) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve('alive')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') resolve('nothing')
      else if (!isSocket(path)) resolve('no socket')
      else resolve(error.code === 'ECONNREFUSED' ? 'left over' : 'alive') // busy, or not ours to ask
    })
  })

const isSocket = (path: string): boolean => {
  try {
    return lstatSync(path).isSocket()
  } catch {
    return false
  }
}
