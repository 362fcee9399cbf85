/**
 * The control socket in the state directory: where `status` asks the running reaper. One line of JSON a connection, then it closes.
 * Mode 0600: what runs on a host is nobody else's business.
 *
 * @module
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { type Clock, systemClock } from '../clock.ts'
import { stoppable } from '../task/cancellable.ts'

/** A line for a person: what was wanted, what was found, what to do. */
export interface ControlProblem {
  readonly _tag: 'ControlProblem'
  readonly kind: 'none running' | 'already running' | 'unusable'
  readonly line: string
}

const problem = (kind: ControlProblem['kind'], line: string): ControlProblem => ({ _tag: 'ControlProblem', kind, line })

export const controlPath = (stateDir: string): string => join(stateDir, 'control.sock')

/** How long a running reaper may take to answer, ms. */
const answerMs = 5_000

/** What the kernel takes, in bytes. A longer path is cut short without a word by some runtimes, and then names another socket. */
const longestPath = process.platform === 'linux' ? 107 : 103

const tooLong = (path: string): ControlProblem | undefined => {
  const bytes = Buffer.byteLength(path)
  return bytes <= longestPath ? undefined : problem(
    'unusable',
    `Cannot use ${path} as control socket: wanted a path of at most ${longestPath} bytes, found ${bytes}; give a shorter --state-dir`,
  )
}

export interface ControlServer {
  readonly close: () => void
}

/**
 * Serves `answer` on the state directory's control socket, making the directory (0700) if it is not there. A socket that nobody
 * listens on is left over from a kill and replaced; one that somebody listens on is never taken, whatever it answers.
 */
export const serveControl =
  (stateDir: string, answer: () => unknown, clock: Clock = systemClock): TE.TaskEither<ControlProblem, ControlServer> => async () => {
    const path = controlPath(stateDir)
    const live = await askControl(stateDir, clock)()
    if (E.isRight(live)) {
      const pid = isRecord(live.right) ? String(live.right['pid']) : 'unknown'
      return E.left(
        problem(
          'already running',
          `Cannot use state directory ${stateDir}: a reaper with pid ${pid} uses it; stop that one or give another --state-dir`,
        ),
      )
    }
    if (live.left.kind !== 'none running') return live
    try {
      mkdirSync(stateDir, { recursive: true, mode: 0o700 })
      rmSync(path, { force: true })
    } catch (error) {
      return E.left(unusable(stateDir, error))
    }
    return await new Promise((resolve) => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined) // whoever asked has gone
        socket.end(`${JSON.stringify(answer())}\n`)
      })
      // Once it listens an error costs one connection, for want of file descriptors say; it must not cost the reaper.
      server.on('error', (error) => resolve(E.left(unusable(stateDir, error))))
      server.listen(path, () => {
        try {
          chmodSync(path, 0o600)
          resolve(E.right({ close: () => server.close() }))
        } catch (error) {
          server.close()
          resolve(E.left(unusable(stateDir, error)))
        }
      })
    })
  }

/** What the reaper that runs with this state directory answers. */
export const askControl = (stateDir: string, clock: Clock = systemClock): TE.TaskEither<ControlProblem, unknown> => () =>
  new Promise((resolve) => {
    const path = controlPath(stateDir)
    const refusal = tooLong(path)
    if (refusal !== undefined) return resolve(E.left(refusal))
    const chunks: Array<Buffer> = []
    const socket = createConnection(path)
    const patience = stoppable()
    void clock.sleep(answerMs, patience.signal).then((how) => {
      if (how === 'elapsed') socket.destroy(new Error(`no answer within ${answerMs} ms`))
    })
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      patience.abort()
      const isNobody = error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTDIR'
      resolve(E.left(
        isNobody
          ? problem('none running', `No reaper runs with state directory ${stateDir}: nothing answers on ${path}`)
          : problem('unusable', `Cannot ask the reaper on ${path}: ${error.message}`),
      ))
    })
    socket.on('end', () => {
      patience.abort()
      const text = Buffer.concat(chunks).toString('utf8')
      resolve(E.tryCatch(
        (): unknown => JSON.parse(text),
        () => problem('unusable', `Cannot read the answer on ${path}: wanted a line of JSON, found ${JSON.stringify(text.slice(0, 80))}`),
      ))
    })
  })

const unusable = (stateDir: string, error: unknown): ControlProblem =>
  problem(
    'unusable',
    `Cannot use state directory ${stateDir}: ${
      error instanceof Error ? error.message : String(error)
    }; give one that can be written with --state-dir`,
  )

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
