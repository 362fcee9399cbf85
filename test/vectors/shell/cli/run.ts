/** `run`, in this process: what it says, when it refuses, and how it ends. */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../../../core/index.ts'
import { run } from '../../../../shell/cli/run.ts'
import { askControl, controlPath } from '../../../../shell/control/socket.ts'
import { type EmbeddedContainerd, hanging, onCall, startEmbeddedContainerd } from '../../../../shell/embedded/index.ts'
import { commandOf, type Heard, heard } from '../../../support/cli.ts'
import type { Vector } from '../../../support/property.ts'
import { exits } from '../../../support/reaper_world.ts'
import { inTemporaryFolder } from '../../../support/temporary.ts'

const configOf = (...argv: ReadonlyArray<string>): Config => {
  const command = commandOf('run', ...argv)
  assert.ok(command._tag === 'Run')
  return command.config
}

interface World {
  readonly stand: EmbeddedContainerd
  readonly stateDir: string
  /** Starts `run` on this stand and state directory. */
  readonly start: (...argv: ReadonlyArray<string>) => Running
}

interface Running extends Heard {
  readonly stop: () => void
  readonly ended: Promise<number>
}

export const inWorld = (use: (world: World) => Promise<void>): Promise<void> =>
  inTemporaryFolder(async (stateDir) => {
    const stand = await startEmbeddedContainerd({ namespace: 'ci' })
    const stops: Array<() => void> = []
    try {
      await use({
        stand,
        stateDir,
        start: (...argv) => {
          const streams = heard()
          const stop = new AbortController()
          stops.push(() => stop.abort())
          const config = configOf('--address', stand.address, '--namespace', 'ci', '--state-dir', stateDir, ...argv)
          return { ...streams, stop: () => stop.abort(), ended: run(config, streams, stop.signal) }
        },
      })
    } finally {
      for (const stop of stops) stop()
      await stand.stop()
    }
  })

const promised = [
  'level',
  'time',
  'msg',
  'namespace',
  'id',
  'pid',
  'generation',
  'exitCode',
  'exitedAt',
  'reason',
  'attempts',
  'handlingMs',
  'seq',
]

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'run: as JSON, a finished handling is one line with exactly the promised fields; told to stop it exits 0',
    run: () =>
      inWorld(async ({ stand, start }) => {
        const running = start('--log', 'json')
        await running.hear('connected to containerd')
        const { pid } = await stand.run({ id: 'web', command: exits(3) })
        const line = await running.hear('container stopped')
        assert.deepEqual(Object.keys(line), promised)
        const { time, exitedAt, handlingMs, ...rest } = line
        assert.deepEqual(rest, {
          level: 'info',
          msg: 'container stopped',
          namespace: 'ci',
          id: 'web',
          pid,
          generation: 1,
          exitCode: 3,
          reason: 'Error',
          attempts: 1,
          seq: 1,
        })
        assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
        assert.match(String(exitedAt), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
        assert.equal(typeof handlingMs, 'number')
        running.stop()
        assert.equal(await running.ended, 0)
        assert.deepEqual(running.errLines(), [])
        assert.equal(running.said('stopping').length, 1)
      }),
  },
  {
    name: 'run: for people results go to standard output, everything else to standard error',
    run: () =>
      inWorld(async ({ stand, start }) => {
        const running = start('--log', 'pretty')
        await stand.run({ id: 'web', command: exits(3) })
        await stand.calls.answered('Delete', 'web')
        running.stop()
        assert.equal(await running.ended, 0)
        assert.equal(running.outLines().length, 1)
        assert.match(running.outLines()[0] ?? '', /container stopped .*id=web .*exitCode=3/)
        assert.ok(running.errLines().some((line) => line.includes('connected to containerd')))
      }),
  },
  {
    name: 'run: a socket that nobody listens on is one line and exit code 1',
    run: () =>
      inTemporaryFolder(async (folder) => {
        const streams = heard()
        const config = configOf('--address', join(folder, 'none.sock'), '--namespace', 'ci', '--state-dir', folder)
        assert.equal(await run(config, streams, new AbortController().signal), 1)
        assert.equal(streams.errLines().length, 1)
        assert.match(streams.errLines()[0] ?? '', /^Cannot reach containerd: wanted a socket at \S+none\.sock, found /)
        assert.deepEqual(streams.outLines(), [])
        assert.equal(existsSync(controlPath(folder)), false)
      }),
  },
  {
    name: 'run: told to stop before containerd has answered it exits 0, without a complaint',
    run: () =>
      inWorld(async ({ stand, start }) => {
        const hang = stand.faults.set(onCall('Version/Version', hanging))
        const running = start('--log', 'json')
        await hang.hit()
        running.stop()
        assert.equal(await running.ended, 0)
        assert.deepEqual(running.errLines(), [])
      }),
  },
  {
    name: 'run: a state directory in use is one line and exit code 1, and nothing was begun',
    run: () =>
      inWorld(async ({ stand, start }) => {
        const first = start('--log', 'json')
        await first.hear('connected to containerd')
        const subscribed = stand.calls.count('Events/Subscribe')
        const second = start('--log', 'json')
        assert.equal(await second.ended, 1)
        assert.equal(second.errLines().length, 1)
        assert.match(second.errLines()[0] ?? '', /^Cannot use state directory \S+: a reaper with pid \d+ uses it; /)
        assert.equal(stand.calls.count('Events/Subscribe'), subscribed)
        await stand.run({ id: 'web', command: exits(3) })
        await first.hear('container stopped')
        first.stop()
        assert.equal(await first.ended, 0)
      }),
  },
  {
    name: 'run: a state directory that cannot be used is one line and exit code 1',
    run: () =>
      inWorld(async ({ stand, stateDir, start }) => {
        const file = join(stateDir, 'file')
        writeFileSync(file, '')
        const running = start('--state-dir', join(file, 'below'))
        assert.equal(await running.ended, 1)
        assert.equal(running.errLines().length, 1)
        assert.equal(stand.calls.count('Events/Subscribe'), 0)
      }),
  },
  {
    name: 'run: while it runs it answers on the control socket, and afterwards no more',
    run: () =>
      inWorld(async ({ stand, stateDir, start }) => {
        const running = start('--log', 'json')
        await running.hear('connected to containerd')
        await stand.run({ id: 'web', command: exits(3) })
        await running.hear('container stopped')
        const answer = await askControl(stateDir)()
        assert.ok(answer._tag === 'Right')
        assert.deepEqual(answer.right, { pid: process.pid, namespaces: ['ci'], containers: 1, running: 0, lastSeq: 1, handling: [] })
        running.stop()
        await running.ended
        assert.equal(existsSync(controlPath(stateDir)), false)
      }),
  },
  {
    name: 'run: a dry run says so in every line of a container',
    run: () =>
      inWorld(async ({ stand, start }) => {
        const running = start('--log', 'json', '--dry-run')
        await stand.run({ id: 'web', command: exits(3) })
        const line = await running.hear('container stopped')
        assert.deepEqual(Object.keys(line), [...promised, 'dryRun'])
        assert.deepEqual(running.said('would delete the task').map(({ id }) => id), ['web'])
        running.stop()
        await running.ended
        assert.equal(stand.calls.count('Delete'), 0)
      }),
  },
]
