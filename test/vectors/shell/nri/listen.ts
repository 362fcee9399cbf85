/** The socket: left over, it is replaced; live, it is not taken; and what is no socket is left alone. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { listen } from '../../../../shell/nri/listen.ts'
import type { Vector } from '../../../support/property.ts'

const inFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'nri-listen-'))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The line of a refusal, or none. */
const tried = async (path: string): Promise<string> => {
  const listening = await listen(path, (socket) => void socket.destroy())()
  if (E.isLeft(listening)) return listening.left.message
  listening.right.close()
  return ''
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'listen: makes its folder, 0700, and its socket, 0600, and removes the socket',
    run: () =>
      inFolder(async (folder) => {
        const path = join(folder, 'made', 'nri.sock')
        const listening = await listen(path, () => undefined)()
        assert.ok(E.isRight(listening))
        assert.deepEqual([lstatSync(join(folder, 'made')).mode & 0o777, lstatSync(path).mode & 0o777], [0o700, 0o600])
        listening.right.close()
      }),
  },
  {
    name: 'listen: a live socket is not taken',
    run: () =>
      inFolder(async (folder) => {
        const path = join(folder, 'nri.sock')
        const other = createServer((socket) => void socket.destroy())
        await new Promise<void>((resolve) => void other.listen(path, resolve))
        assert.equal(
          await tried(path),
          `Cannot listen for NRI plugins on ${path}: another runtime does; stop it or give another --nri-socket`,
        )
        assert.ok(lstatSync(path).isSocket())
        await new Promise<void>((resolve) => void other.close(() => resolve()))
      }),
  },
  {
    name: 'listen: a socket that a kill left behind is replaced',
    run: () =>
      inFolder(async (folder) => {
        const path = join(folder, 'nri.sock')
        // Only a process that dies without a word leaves one.
        execFileSync('/bin/sh', [
          '-c',
          `exec 2>/dev/null; node -e 'require("net").createServer().listen("${path}", () => process.kill(process.pid, 9))' || true`,
        ])
        assert.ok(lstatSync(path).isSocket())
        assert.equal(await tried(path), '')
      }),
  },
  {
    name: 'listen: something else is left alone, and what cannot be made is said',
    run: () =>
      inFolder(async (folder) => {
        const path = join(folder, 'nri.sock')
        writeFileSync(path, 'precious')
        assert.equal(await tried(path), `Cannot listen for NRI plugins on ${path}: something else is there; give another --nri-socket`)
        assert.equal(readFileSync(path, 'utf8'), 'precious')
        assert.match(await tried(join(path, 'below.sock')), /^Cannot listen for NRI plugins on .*: .*; give another --nri-socket$/)
      }),
  },
]
