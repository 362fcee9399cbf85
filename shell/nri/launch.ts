/**
 * Plugins that the runtime starts itself: the executables of a folder, each with its end of a socket as file descriptor 3 and three
 * environment variables that say who it is. Knows nothing of what goes over the socket.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import * as E from 'fp-ts/lib/Either.js'
import type { PluginName } from './plugin.ts'

export interface Found extends PluginName {
  readonly path: string
}

/** What stands in a plugin folder. `odd`: executables whose names say neither when their turn is nor who they are. */
export interface PluginFolder {
  readonly plugins: ReadonlyArray<Found>
  readonly odd: ReadonlyArray<string>
}

/** The executables named `10-name` of a folder, in the order of their names. A folder that is not there holds none. */
export const findPlugins = (folder: string): E.Either<string, PluginFolder> => {
  const names = E.tryCatch(() => readdirSync(folder).sort(), (error) => (error instanceof Error ? error.message : String(error)))
  if (E.isLeft(names)) return /ENOENT/.test(names.left) ? E.right({ plugins: [], odd: [] }) : names
  const executables = names.right.filter((name) => isExecutable(join(folder, name)))
  const named = /^([0-9]{2})-([A-Za-z0-9_.+-]+)$/
  return E.right({
    plugins: executables.flatMap((file): ReadonlyArray<Found> => {
      const [, index, name] = named.exec(file) ?? []
      return index === undefined || name === undefined ? [] : [{ index, name, path: join(folder, file) }]
    }),
    odd: executables.filter((file) => !named.test(file)),
  })
}

const isExecutable = (path: string): boolean => {
  try {
    const found = statSync(path)
    return found.isFile() && (found.mode & 0o111) !== 0
  } catch {
    return false
  }
}

/** What a plugin is configured with: the file for this index and name, else the one for the name, else nothing. */
export const configOf = ({ index, name }: PluginName, folder: string | undefined): string => {
  if (folder === undefined) return ''
  for (const file of [`${index}-${name}.conf`, `${name}.conf`]) {
    try {
      return readFileSync(join(folder, file), 'utf8')
    } catch {
      // the next one
    }
  }
  return ''
}

export interface Launched {
  readonly socket: Duplex
  readonly pid: number
  readonly kill: () => void
  readonly exited: Promise<void>
}

/** The file descriptor at which a plugin finds its socket. */
const fd = 3

/** Starts a plugin. Its standard streams lead nowhere, and of our environment it gets nothing. */
export const launch = ({ index, name, path }: Found): Promise<E.Either<string, Launched>> =>
  new Promise((resolve) => {
    const child = start(path, { NRI_PLUGIN_NAME: name, NRI_PLUGIN_IDX: index, NRI_PLUGIN_SOCKET: String(fd) })
    if (E.isLeft(child)) return resolve(child)
    const process = child.right
    const exited = new Promise<void>((done) => process.once('exit', () => done()))
    process.once('error', (error) => resolve(E.left(error.message)))
    const socket: unknown = process.stdio[fd]
    if (!(socket instanceof Duplex) || process.pid === undefined) {
      process.once('spawn', () => {
        process.kill('SIGKILL')
        resolve(E.left('this runtime cannot hand a socket to a child process'))
      })
      return
    }
    resolve(E.right({ socket, pid: process.pid, kill: () => void process.kill('SIGKILL'), exited }))
  })

const start = (path: string, env: Readonly<Record<string, string>>): E.Either<string, ChildProcess> =>
  E.tryCatch(
    () => spawn(path, [], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], env }),
    (error) => (error instanceof Error ? error.message : String(error)),
  )
