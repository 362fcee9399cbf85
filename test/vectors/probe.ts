/** The one line about a containerd that cannot be reached, on both runtimes. */
import { type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../shell/clock.ts'
import { probe } from '../../shell/containerd/probe.ts'
import { type VersionResponse, VersionService } from '../../shell/proto/gen/containerd/version.ts'
import type { Vector } from '../support/property.ts'
import { withWireServer } from '../support/wire_server.ts'
import { virtualClock } from '../support/virtual_clock.ts'
import { waitFor } from '../support/wait_for.ts'

const inFolder = async (use: (dir: string) => Promise<void>): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'probe-'))
  chmodSync(dir, 0o755)
  try {
    await use(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const listening = (path: string, onSocket: (socket: Socket) => void): Promise<Server> =>
  new Promise((resolve) => {
    const server: Server = createServer(onSocket).listen(path, () => resolve(server))
  })

const found = async (address: string): Promise<string> => {
  const answer = await probe(address)({ signal: new AbortController().signal, clock: systemClock })()
  return E.isLeft(answer) ? answer.left.message : `version ${answer.right.version}`
}

const starting = 'Cannot reach containerd: wanted a socket at'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'probe: a containerd that answers, however its address is written',
    run: () => {
      const version = (_: ServerUnaryCall<object, VersionResponse>, answer: sendUnaryData<VersionResponse>) =>
        answer(null, { version: 'v2', revision: '' })
      return withWireServer([[VersionService, { version }]], async ({ address }) => {
        for (const written of [address, `unix:${address}`, `unix://${address}`]) assert.equal(await found(written), 'version v2')
      })
    },
  },
  {
    name: 'probe: no such file',
    run: () =>
      inFolder(async (dir) => {
        const path = join(dir, 'c.sock')
        assert.equal(await found(path), `${starting} ${path}, found no such file; start containerd, or name its socket with --address`)
      }),
  },
  {
    name: 'probe: a file that is no socket',
    run: () =>
      inFolder(async (dir) => {
        const path = join(dir, 'file')
        writeFileSync(path, '')
        assert.equal(await found(path), `${starting} ${path}, found a file of another kind; name the socket of containerd with --address`)
      }),
  },
  {
    name: 'probe: a socket of somebody else',
    run: () =>
      inFolder(async (dir) => {
        if (process.geteuid?.() !== 0 || process.seteuid === undefined) return // root may open everything; others are not asked
        const path = join(dir, 'c.sock')
        const server = await listening(path, () => undefined)
        chmodSync(path, 0o600)
        process.seteuid(65_534)
        try {
          const line =
            `${starting} ${path}, found permission denied for user 65534; run as root, or as a member of the group that owns the socket`
          assert.equal(await found(path), line)
        } finally {
          process.seteuid(0)
          server.close()
        }
      }),
  },
  {
    name: 'probe: something that is not containerd',
    run: () =>
      inFolder(async (dir) => {
        const path = join(dir, 'c.sock')
        const server = await listening(path, (socket) => socket.on('error', () => undefined).end('hello\n'))
        const line = await found(path)
        server.close()
        assert.ok(
          line.startsWith(`${starting} ${path}, found one that does not answer as containerd does (Cannot call Version.Version: `),
          line,
        )
        assert.ok(line.endsWith('; look at what listens there'), line)
      }),
  },
  {
    name: 'probe: something that never answers is waited for 5 seconds',
    run: () =>
      inFolder(async (dir) => {
        const path = join(dir, 'c.sock')
        const sockets: Array<Socket> = []
        const server = await listening(path, (socket) => void sockets.push(socket.on('error', () => undefined)))
        const clock = virtualClock()
        const answer = probe(path)({ signal: new AbortController().signal, clock })()
        await waitFor(() => clock.sleepers() === 1, { what: 'the limit' })
        await clock.advance(5_000)
        const outcome = await answer
        for (const socket of sockets) socket.destroy()
        server.close()
        assert.ok(E.isLeft(outcome) && outcome.left.message.includes('no answer within 5000 ms'), JSON.stringify(outcome))
      }),
  },
]
