/** The program itself, in a process of its own: its exit codes, its signals, and a reader that goes away. */
import assert from 'node:assert/strict'
import { hanging, onCall, startEmbeddedContainerd } from '../../../../shell/embedded/index.ts'
import { program } from '../../../support/cli.ts'
import type { Vector } from '../../../support/property.ts'
import { exits } from '../../../support/reaper_world.ts'
import { inTemporaryFolder } from '../../../support/temporary.ts'
import { waitFor } from '../../../support/wait_for.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'main: what is shown is exit code 0; a wrong command line is one line on standard error and exit code 2',
    run: async () => {
      const [version, wrong] = [program('--version'), program('run', '--namespaces', 'ci')]
      assert.equal(await version.ended, 0)
      assert.match(version.outLines().join(), /^\d+\.\d+\.\d+/)
      assert.equal(await wrong.ended, 2)
      assert.deepEqual([wrong.outLines(), wrong.errLines().length], [[], 1])
      assert.match(wrong.errLines()[0] ?? '', /--namespaces/)
    },
  },
  {
    name: 'main: the demonstration ends by itself with exit code 0, and everything it said has arrived',
    run: async () => {
      const demo = program('demo', '--log', 'json')
      assert.equal(await demo.ended, 0)
      assert.equal(demo.said('container stopped').length, 7)
      assert.deepEqual(demo.errLines(), [])
    },
  },
  {
    name: 'main: SIGTERM and SIGINT end it with exit code 0; a status is asked of it while it runs',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const stand = await startEmbeddedContainerd({ namespace: 'ci' })
        try {
          for (const [index, signal] of (['SIGTERM', 'SIGINT'] as const).entries()) {
            const running = program('run', '--address', stand.address, '--namespace', 'ci', '--state-dir', stateDir, '--log', 'json')
            await running.hear('connected to containerd')
            await stand.run({ id: `job-${index}`, command: exits(3) })
            assert.equal((await running.hear('container stopped'))['exitCode'], 3)
            if (index === 0) {
              const status = program('status', '--state-dir', stateDir, '--json')
              assert.equal(await status.ended, 0)
              assert.match(status.outLines()[0] ?? '', new RegExp(`^\\{"pid":${running.child.pid ?? 0},`))
            }
            running.kill(signal)
            assert.equal(await running.ended, 0, signal)
            assert.deepEqual(running.errLines(), [])
          }
        } finally {
          await stand.stop()
        }
      }),
  },
  {
    name: 'main: a log reader that goes away stops no handling',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const stand = await startEmbeddedContainerd({ namespace: 'ci' })
        try {
          const running = program('run', '--address', stand.address, '--namespace', 'ci', '--state-dir', stateDir, '--log', 'json')
          await running.hear('connected to containerd')
          running.child.stdout?.destroy()
          for (const id of ['a', 'b', 'c']) {
            await stand.run({ id, command: exits(3) })
            await stand.calls.answered('Delete', id)
          }
          await waitFor(() => stand.leftovers().tasks.length === 0, { what: 'nothing to be left' })
          running.kill('SIGTERM')
          assert.equal(await running.ended, 0)
          assert.ok(running.errLines().length <= 1, running.errLines().join('\n'))
        } finally {
          await stand.stop()
        }
      }),
  },
  {
    name: 'main: a second signal ends it at once, also one of the other kind',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const stand = await startEmbeddedContainerd({ namespace: 'ci', faults: [onCall('Delete', hanging)] })
        try {
          const running = program('run', '--address', stand.address, '--namespace', 'ci', '--state-dir', stateDir, '--log', 'json')
          await running.hear('connected to containerd')
          await stand.run({ id: 'web', command: exits(3) })
          await stand.calls.called('Delete', 'web')
          running.kill('SIGTERM')
          await running.hear('stopping')
          running.kill('SIGINT')
          assert.equal(await running.ended, 'SIGINT')
        } finally {
          await stand.stop()
        }
      }),
  },
]
