/** What shims tell while containerd is away becomes an exit like any other. */
import assert from 'node:assert/strict'
import { containerKey, nanos } from '../../../../core/index.ts'
import { outage } from '../../../../shell/source/outage.ts'
import type { Vector } from '../../../support/property.ts'
import { testEnv } from '../../../support/shell_env.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'outage: the shims of our namespaces are asked until the signal aborts, and an exit is posted with all that is known of it',
    run: async () => {
      const exit = { namespace: 'ci', id: 'job-1', pid: 7, code: 3, exitedAt: nanos(5n), oomKilled: false }
      const asked: Array<unknown> = []
      const env = testEnv({
        namespaces: ['ci', 'edge'],
        shims: {
          look: () => Promise.resolve(),
          follow: async (namespaces, signal, tell) => {
            asked.push(namespaces, signal)
            tell(exit)
          },
        },
      })
      await outage(env)()
      assert.deepEqual(asked, [['ci', 'edge'], env.signal])
      const { pid, code, exitedAt } = exit
      const container = containerKey('ci', 'job-1')
      assert.deepEqual(env.posted, [
        { _tag: 'TaskExited', container, processId: 'job-1', pid, code, exitedAt, at: env.clock.now() },
      ])
    },
  },
  {
    name: 'outage: that it was for want of memory is posted before the exit, which is written down at once',
    run: async () => {
      const exit = { namespace: 'ci', id: 'job-1', pid: 7, code: 137, exitedAt: nanos(5n), oomKilled: true }
      const env = testEnv({ namespaces: ['ci'], shims: { look: () => Promise.resolve(), follow: async (_, __, tell) => tell(exit) } })
      await outage(env)()
      assert.deepEqual(env.posted.map(({ _tag }) => _tag), ['TaskOomed', 'TaskExited'])
    },
  },
  {
    name: 'outage: without shims to ask there is nothing to do',
    run: async () => {
      const env = testEnv()
      await outage(env)()
      assert.deepEqual(env.posted, [])
    },
  },
]
