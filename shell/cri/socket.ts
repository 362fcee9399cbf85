/**
 * A unix socket of our own: mode 0600 from its first moment, one left over from a kill is replaced, a live one is never taken.
 * Knows nothing of what is spoken on it.
 *
 * @module
 */
import { chmodSync, linkSync, lstatSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createConnection } from 'node:net'
import { dirname, join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'

/** A line for a person: what was wanted, what was found, what to do. */
export interface SocketProblem {
  readonly _tag: 'SocketProblem'
  readonly line: string
}

export interface OwnSocket {
  /** Takes the socket's name away, unless it is somebody else's by now. */
  readonly remove: () => void
}

const problem = (path: string, text: string): SocketProblem => ({ _tag: 'SocketProblem', line: `Cannot use socket ${path}: ${text}` })

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Has `listen` bind a socket in a folder that only we may enter, and gives it the name `path` once its mode is right: there is no
 * moment at which others could connect. The folder of `path` is made (0700) when it is not there.
 */
export const ownSocket = (path: string, listen: (hidden: string) => Promise<void>): TE.TaskEither<SocketProblem, OwnSocket> => async () => {
  const found = await lookAt(path)
  if (found !== undefined) return E.left(found)
  let folder: string | undefined
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    folder = mkdtempSync(join(dirname(path), '.s'))
    const hidden = join(folder, 's')
    await listen(hidden)
    chmodSync(hidden, 0o600)
    const { ino } = statSync(hidden)
    linkSync(hidden, path) // fails when another has taken the name meanwhile
    return E.right({
      remove: () => {
        if (inodeOf(path) === ino) rmSync(path, { force: true })
      },
    })
  } catch (error) {
    return E.left(
      problem(path, codeOf(error) === 'EEXIST' ? inUse : `${textOf(error)}; give a path in a folder that can be written`),
    )
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}

const inUse = 'something answers on it; stop that, or give another path'

/** Clears a left-over socket away; undefined when the name is free. */
const lookAt = async (path: string): Promise<SocketProblem | undefined> => {
  try {
    if (!lstatSync(path).isSocket()) {
      return problem(path, 'wanted a socket or nothing at that path, found something else; give another path')
    }
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : problem(path, textOf(error))
  }
  const answer = await connectTo(path)
  if (answer === undefined) return problem(path, inUse)
  if (answer !== 'ECONNREFUSED') return problem(path, `it is there, and cannot be asked whether it is in use: ${answer}`)
  rmSync(path, { force: true })
  return undefined
}

/** undefined when somebody answers, else the error. */
const connectTo = (path: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(undefined)
    })
    socket.once('error', (error) => resolve(codeOf(error)))
  })

const inodeOf = (path: string): number | undefined => {
  try {
    return statSync(path).ino
  } catch {
    return undefined
  }
}
