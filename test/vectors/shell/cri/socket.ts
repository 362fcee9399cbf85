/** The socket: whose it is, who may connect, and what was there before. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { type OwnSocket, ownSocket } from '../../../../shell/cri/socket.ts'
import type { Vector } from '../../../support/property.ts'

/** `listening` makes servers that are closed at the end. */
const inFolder = (use: (folder: string, listening: () => Listening) => Promise<void>) => async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'socket-'))
  const made: Array<Listening> = []
  const listening = (): Listening => {
    const one = makeListening()
    made.push(one)
    return one
  }
  try {
    await use(folder, listening)
  } finally {
    for (const one of made) await one.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Listening {
  readonly servers: Array<Server>
  readonly listen: (path: string) => Promise<void>
  readonly close: () => Promise<void>
}

const makeListening = (): Listening => {
  const servers: Array<Server> = []
  return {
    servers,
    listen: (path) =>
      new Promise((resolve, reject) => {
        const server = createServer((socket) => void socket.on('error', () => undefined).end('hello'))
        servers.push(server)
        server.once('error', reject)
        server.listen(path, () => resolve())
      }),
    close: async () => {
      for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
    },
  }
}

const greeting = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    const socket = createConnection(path)
    socket.on('data', (chunk) => void (text += String(chunk)))
    socket.once('error', reject)
    socket.once('close', () => resolve(text))
  })

const owned = async (path: string, { listen }: Listening): Promise<OwnSocket> => {
  const socket = await ownSocket(path, listen)()
  return E.isRight(socket) ? socket.right : assert.fail(socket.left.line)
}
const lineOf = async (path: string, { listen }: Listening): Promise<string> => {
  const socket = await ownSocket(path, listen)()
  return E.isLeft(socket) ? socket.left.line : assert.fail('it was taken')
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'a socket of our own has mode 0600, its folder 0700, and nothing is left beside it',
    run: inFolder(async (folder, listening) => {
      const server = listening()
      const path = join(folder, 'deep', 'er', 'cri.sock')
      const socket = await owned(path, server)
      assert.equal(statSync(path).mode & 0o777, 0o600)
      assert.equal(statSync(join(folder, 'deep', 'er')).mode & 0o777, 0o700)
      assert.deepEqual(readdirSync(join(folder, 'deep', 'er')), ['cri.sock'])
      assert.equal(await greeting(path), 'hello')
      socket.remove()
      assert.ok(!existsSync(path))
    }),
  },
  {
    name: 'a socket left over from a kill is replaced',
    run: inFolder(async (folder, listening) => {
      const path = join(folder, 'cri.sock')
      const first = listening()
      await owned(path, first) // and never removed, as after a kill
      await first.close()
      assert.ok(existsSync(path))
      const second = listening()
      await owned(path, second)
      assert.equal(await greeting(path), 'hello')
    }),
  },
  {
    name: 'a live socket is never taken',
    run: inFolder(async (folder, listening) => {
      const path = join(folder, 'cri.sock')
      const first = listening()
      const socket = await owned(path, first)
      const second = listening()
      assert.equal(
        await lineOf(path, second),
        `Cannot use socket ${path}: something answers on it; stop that, or give another path`,
      )
      assert.deepEqual(second.servers, [], 'nothing was bound')
      assert.equal(await greeting(path), 'hello')
      socket.remove()
    }),
  },
  {
    name: 'a name that was taken meanwhile is not overwritten, and what is somebody else’s by now is not removed',
    run: inFolder(async (folder, listening) => {
      const path = join(folder, 'cri.sock')
      const [first, second] = [listening(), listening()]
      const late: Listening = {
        ...second,
        listen: async (hidden) => {
          await owned(path, first)
          await second.listen(hidden)
        },
      }
      assert.match(await lineOf(path, late), /something answers on it/)
      assert.equal(await greeting(path), 'hello')

      const other = join(folder, 'other.sock')
      const third = listening()
      const mine = await owned(other, third)
      rmSync(other)
      writeFileSync(other, 'not mine')
      mine.remove()
      assert.ok(existsSync(other))
    }),
  },
  {
    name: 'what is no socket is left alone, and said in one line',
    run: inFolder(async (folder, listening) => {
      const path = join(folder, 'cri.sock')
      writeFileSync(path, 'precious')
      assert.match(await lineOf(path, listening()), /^Cannot use socket .*: wanted a socket or nothing at that path, found something else/)
      mkdirSync(join(folder, 'dir'))
      assert.match(await lineOf(join(folder, 'dir'), listening()), /found something else/)
      assert.match(await lineOf(join(path, 'below'), listening()), /^Cannot use socket [^\n]*ENOTDIR[^\n]*$/)
      assert.match(await lineOf(join(folder, 'x'.repeat(300)), listening()), /^Cannot use socket [^\n]*ENAMETOOLONG[^\n]*$/)
    }),
  },
  {
    name: 'when nothing can listen, nothing is left behind',
    run: inFolder(async (folder, listening) => {
      const path = join(folder, 'cri.sock')
      const failing: Listening = { ...listening(), listen: () => Promise.reject(new Error('no more sockets')) }
      assert.match(await lineOf(path, failing), /no more sockets; give a path in a folder that can be written$/)
      assert.deepEqual(readdirSync(folder), [])
    }),
  },
]
