/** The control socket: ours alone, replaced when nobody listens, never taken from somebody who does. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { askControl, controlPath, type ControlProblem, serveControl } from '../../../../shell/control/socket.ts'
import type { Vector } from '../../../support/property.ts'
import { inTemporaryFolder } from '../../../support/temporary.ts'
import { virtualClock } from '../../../support/virtual_clock.ts'
import { waitFor } from '../../../support/wait_for.ts'

const problemOf = (result: E.Either<ControlProblem, unknown>): ControlProblem => {
  assert.ok(E.isLeft(result))
  return result.left
}

const listening = (path: string, onSocket: (socket: Socket) => void): Promise<Server> =>
  new Promise((resolve) => {
    const server: Server = createServer(onSocket).listen(path, () => resolve(server))
  })

const closed = (server: Server): Promise<void> => new Promise((resolve) => void server.close(() => resolve()))

/** What is left of a reaper that was killed: a socket file that nobody listens on. */
const leaveStale = async (path: string): Promise<void> => {
  const server = await listening(`${path}.other`, () => undefined)
  renameSync(`${path}.other`, path)
  await closed(server)
  assert.ok(existsSync(path))
}

const served = async (stateDir: string, answer: unknown = { pid: 7 }) => {
  const control = await serveControl(stateDir, () => answer)()
  assert.ok(E.isRight(control), JSON.stringify(control))
  return control.right
}

const modeOf = (path: string): number => statSync(path).mode & 0o777

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'control: it answers as often as it is asked, with what is true then, and is gone when it is closed',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        let asked = 0
        const control = await serveControl(stateDir, () => ({ asked: asked += 1, text: 'é\n' }))()
        assert.ok(E.isRight(control))
        assert.deepEqual(await askControl(stateDir)(), E.right({ asked: 1, text: 'é\n' }))
        assert.deepEqual(await askControl(stateDir)(), E.right({ asked: 2, text: 'é\n' }))
        control.right.close()
        await waitFor(() => !existsSync(controlPath(stateDir)), { what: 'the socket to be gone', everyMs: 5 })
        assert.equal(problemOf(await askControl(stateDir)()).kind, 'none running')
      }),
  },
  {
    name: 'control: the socket is 0600 and a new state directory 0700; one that is there is left as it is',
    run: () =>
      inTemporaryFolder(async (folder) => {
        const stateDir = join(folder, 'a', 'b')
        const control = await served(stateDir)
        assert.deepEqual([modeOf(controlPath(stateDir)), modeOf(stateDir)], [0o600, 0o700])
        control.close()
        const wide = join(folder, 'wide')
        mkdirSync(wide, { mode: 0o755 })
        const other = await served(wide)
        assert.equal(modeOf(wide), 0o755)
        other.close()
      }),
  },
  {
    name: 'control: an answer of many megabytes arrives whole',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const rows = Array.from({ length: 20_000 }, (_, n) => ({ id: `job-${n}`, lastError: 'x'.repeat(80) }))
        const control = await served(stateDir, { rows })
        assert.deepEqual(await askControl(stateDir)(), E.right({ rows }))
        control.close()
      }),
  },
  {
    name: 'control: a socket left over from a kill is replaced, and so is a file of another kind',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const path = controlPath(stateDir)
        for (const leave of [() => leaveStale(path), async () => writeFileSync(path, 'not a socket')]) {
          await leave()
          assert.equal(problemOf(await askControl(stateDir)()).kind, 'none running')
          const control = await served(stateDir)
          assert.deepEqual(await askControl(stateDir)(), E.right({ pid: 7 }))
          control.close()
          await waitFor(() => !existsSync(path), { what: 'the socket to be gone', everyMs: 5 })
        }
      }),
  },
  {
    name: 'control: a state directory in use is refused in one line that names the pid, and stays in use',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const control = await served(stateDir, { pid: 4211 })
        assert.deepEqual(problemOf(await serveControl(stateDir, () => ({}))()), {
          _tag: 'ControlProblem',
          kind: 'already running',
          line: `Cannot use state directory ${stateDir}: a reaper with pid 4211 uses it; stop that one or give another --state-dir`,
        })
        assert.deepEqual(await askControl(stateDir)(), E.right({ pid: 4211 }))
        control.close()
      }),
  },
  {
    name: 'control: somebody who answers in another way is told of, and not taken for a dead one',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const path = controlPath(stateDir)
        const server = await listening(path, (socket) => void socket.end('SSH-2.0-OpenSSH\r\n'))
        const found = problemOf(await askControl(stateDir)())
        assert.equal(found.line, `Cannot read the answer on ${path}: wanted a line of JSON, found "SSH-2.0-OpenSSH\\r\\n"`)
        assert.deepEqual(problemOf(await serveControl(stateDir, () => ({}))()), found)
        assert.ok(existsSync(path))
        await closed(server)
      }),
  },
  {
    name: 'control: one that listens and is silent is given five seconds, and its socket is left to it',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const sockets: Array<Socket> = []
        const server = await listening(controlPath(stateDir), (socket) => void sockets.push(socket))
        const clock = virtualClock()
        const asking = serveControl(stateDir, () => ({}), clock)()
        await waitFor(() => sockets.length === 1, { what: 'the question', everyMs: 5 })
        await clock.advance(4_999)
        let over = false
        void asking.then(() => over = true)
        await clock.advance(0)
        assert.equal(over, false)
        await clock.advance(1)
        assert.equal(problemOf(await asking).line, `Cannot ask the reaper on ${controlPath(stateDir)}: no answer within 5000 ms`)
        assert.deepEqual([clock.sleepers(), existsSync(controlPath(stateDir))], [0, true])
        for (const socket of sockets) socket.destroy()
        await closed(server)
      }),
  },
  {
    name: 'control: who asks and goes away before the answer harms nobody',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const control = await served(stateDir, { rows: 'x'.repeat(5_000_000) })
        for (let n = 0; n < 5; n += 1) {
          await new Promise<void>((resolve) => {
            const socket = createConnection(controlPath(stateDir), () => {
              socket.destroy()
              resolve()
            })
          })
        }
        assert.ok(E.isRight(await askControl(stateDir)()))
        control.close()
      }),
  },
  {
    name: 'control: a directory that cannot be made, or is none, is said in one line',
    run: () =>
      inTemporaryFolder(async (folder) => {
        const file = join(folder, 'file')
        writeFileSync(file, '')
        for (const stateDir of [file, join(file, 'below')]) {
          const { kind, line } = problemOf(await serveControl(stateDir, () => ({}))())
          assert.equal(kind, 'unusable')
          assert.match(line, /^Cannot use state directory \S+: [^\n]+; give one that can be written with --state-dir$/)
        }
      }),
  },
  {
    name: 'control: a path longer than a socket may have is refused, not cut short',
    run: () =>
      inTemporaryFolder(async (folder) => {
        const stateDir = join(folder, 'x'.repeat(100))
        for (const result of [await serveControl(stateDir, () => ({}))(), await askControl(stateDir)()]) {
          assert.match(
            problemOf(result).line,
            /^Cannot use \S+ as control socket: wanted a path of at most 10\d bytes, found 1\d\d; give a shorter --state-dir$/,
          )
        }
        assert.equal(existsSync(stateDir), false)
      }),
  },
]
