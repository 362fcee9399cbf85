/** Where a container stands: its task, if it lives, goes before what the machine remembers. */
import assert from 'node:assert/strict'
import { type Container, nanos, type Run, type TaskView } from '../../../../../core/index.ts'
import { endOf, standingOf } from '../../../../../shell/nri/reaper/standing.ts'
import { containerOf } from '../../../../support/containers.ts'
import type { Vector } from '../../../../support/property.ts'

const exit = { code: 3, at: nanos(9n), rank: 'observed' } as const
const over: Run = {
  id: { namespace: 'ci', id: 'web', pid: 42, generation: 1 },
  oom: { _tag: 'Noted' },
  phase: { _tag: 'Exited', exit, seq: 1, handlingMs: 1, attempts: 1 },
}
const running: Run = {
  ...over,
  oom: { _tag: 'None' },
  phase: { _tag: 'Running', watch: undefined, rewatch: undefined, watchFailures: 0, shimClosed: false },
}
const known = (...runs: ReadonlyArray<Run>): Container => containerOf(runs)

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'standing: a living task is what it is; a stopped one is what the machine knows of its end',
    run: () => {
      const stopped: TaskView = { _tag: 'Stopped', pid: 42, code: 7, exitedAt: nanos(8n) }
      const end = { _tag: 'Stopped', exit, oomKilled: true }
      assert.deepEqual(standingOf(known(over), { _tag: 'Running', pid: 43 }), { _tag: 'Running', pid: 43 })
      assert.deepEqual(standingOf(undefined, { _tag: 'Paused', pid: 43 }), { _tag: 'Paused', pid: 43 })
      assert.deepEqual(standingOf(undefined, { _tag: 'Created', pid: 43 }), { _tag: 'Created' })
      assert.deepEqual([standingOf(known(over), stopped), standingOf(known(over), undefined)], [end, end])
      assert.deepEqual(standingOf(known(running), stopped), {
        _tag: 'Stopped',
        exit: { code: 7, at: nanos(8n), rank: 'observed' },
        oomKilled: false,
      })
      assert.deepEqual(standingOf(known(running), { _tag: 'Unclear' }), { _tag: 'Unknown' })
      assert.deepEqual([standingOf(undefined, undefined), standingOf(known(running), undefined)], [{ _tag: 'Created' }, {
        _tag: 'Unknown',
      }])
      assert.equal(endOf(running), undefined)
    },
  },
]
