/**
 * The look at containerd before anything starts: one line a person can act on when its socket cannot be used.
 * Only the program's start asks it; once it runs, a containerd that goes away is waited for.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { stat } from 'node:fs/promises'
import { connect as connectSocket } from 'node:net'
import { describeError } from '../errors.ts'
import type { VersionResponse } from '../proto/gen/containerd/version.ts'
import { type Timed, withTimeout } from '../task/timeout.ts'
import { socketPath } from './address.ts'
import { connect } from './client.ts'

/** containerd cannot be used; `message` says what was wanted, what was found and what to do. */
export interface Unreachable {
  readonly _tag: 'Unreachable'
  readonly message: string
}

/**
 * Asks the containerd at `address` for its version, within 5 s.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { probe, systemClock } from 'containerd-reaper/shell'
 *
 * const found = await probe('/nowhere/c.sock')({ signal: new AbortController().signal, clock: systemClock })()
 * assert.ok(E.isLeft(found))
 * assert.match(found.left.message, /^Cannot reach containerd: wanted a socket at \/nowhere\/c.sock, found no such file; /)
 * ```
 */
export const probe = (address: string): RTE.ReaderTaskEither<Timed, Unreachable, VersionResponse> =>
  pipe(
    RTE.fromTaskEither(openSocket(socketPath(address))),
    RTE.flatMap(() => askVersion(address)),
    RTE.mapLeft((found): Unreachable => ({
      _tag: 'Unreachable',
      message: `Cannot reach containerd: wanted a socket at ${socketPath(address)}, found ${found}`,
    })),
  )

/** grpc-js would hide the reason in a sentence of its own, so the socket is opened once without it. */
const openSocket = (path: string): TE.TaskEither<string, void> => () =>
  new Promise((resolve) => {
    const failed = (error: unknown): void => void explain(path, error).then((found) => resolve(E.left(found)))
    try {
      const socket = connectSocket(path)
      socket.once('connect', () => {
        socket.destroy()
        resolve(E.right(undefined))
      })
      socket.once('error', failed)
    } catch (error) {
      failed(error) // Deno throws when it has no permission
    }
  })

const explain = async (path: string, error: unknown): Promise<string> => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ENOENT':
      return 'no such file; start containerd, or name its socket with --address'
    case 'EACCES':
    case 'EPERM':
      return `permission denied for ${userName()}; run as root, or as a member of the group that owns the socket`
    case 'ENOTSOCK':
    case 'ECONNREFUSED':
      return await isSocket(path)
        ? 'one that nobody listens on; start containerd, or name its socket with --address'
        : 'a file of another kind; name the socket of containerd with --address'
    default:
      return `${error instanceof Error ? error.message : String(error)}; name the socket of containerd with --address`
  }
}

const isSocket = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isSocket()
  } catch {
    return true // it cannot be looked at, so nothing better can be said
  }
}

const userName = (): string => process.geteuid === undefined ? 'this user' : `user ${process.geteuid()}`

const askVersion = (address: string): RTE.ReaderTaskEither<Timed, string, VersionResponse> => (env) => async () => {
  const containerd = connect({ address })
  const answer = await pipe(containerd.version(), withTimeout(5_000, 'Version.Version'))(env)()
  containerd.close()
  return pipe(
    answer,
    E.mapLeft((error) => `one that does not answer as containerd does (${describeError(error)}); look at what listens there`),
  )
}
