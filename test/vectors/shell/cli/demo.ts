/** `demo`, in this process: seven exits, each told of, and nothing left behind. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { demo } from '../../../../shell/cli/demo.ts'
import { heard } from '../../../support/cli.ts'
import type { Vector } from '../../../support/property.ts'

const ends: Readonly<Record<string, string>> = {
  'job-ok': '0 Completed',
  'job-fails': '3 Error',
  'job-killed': '137 Error',
  'job-hungry': '137 OOMKilled',
  'job-parent': '0 Completed',
  'job-orphan': '137 Error',
  'job-hangs': '7 Error',
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'demo: for people it is a table, exit code 0, and its containerd is gone afterwards',
    run: async () => {
      const streams = heard()
      assert.equal(await demo('pretty', streams), 0)
      const lines = streams.outLines()
      for (const [id, end] of Object.entries(ends)) {
        const row = lines.find((line) => line.startsWith(`${id} `)) ?? ''
        assert.match(row.replaceAll(/ +/g, ' '), new RegExp(` ${end} `), id)
      }
      assert.equal(lines.at(-1), 'Left behind: 0 tasks, 0 shims, 0 processes.')
      const socket = /(\$TMPDIR\S+\.sock)/.exec(lines[0] ?? '')?.[1] ?? ''
      assert.notEqual(socket, '')
      assert.equal(existsSync(dirname(socket.replace('$TMPDIR', tmpdir()))), false)
    },
  },
  {
    name: 'demo: as JSON it says what `run` would: one line a container, the hung one with its failed attempts',
    run: async () => {
      const streams = heard()
      assert.equal(await demo('json', streams), 0)
      const stopped = streams.said('container stopped')
      assert.deepEqual(
        Object.fromEntries(stopped.map(({ id, exitCode, reason }) => [id, `${String(exitCode)} ${String(reason)}`])),
        ends,
      )
      assert.deepEqual(stopped.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7])
      assert.ok(streams.said('handling failed, will try again').some(({ id }) => id === 'job-hangs'))
      assert.deepEqual(streams.errLines(), [])
    },
  },
]
