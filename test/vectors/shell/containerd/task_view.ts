/** A task in each of the states that containerd knows, and in those it cannot tell. */
import assert from 'node:assert/strict'
import { nanos } from '../../../../core/index.ts'
import { taskView } from '../../../../shell/containerd/task_view.ts'
import { Process, Status } from '../../../../shell/proto/gen/containerd/task.ts'
import type { Vector } from '../../../support/property.ts'

const task = (status: Status, pid = 42): Process =>
  Process.fromPartial({ id: 'web', pid, status, exitStatus: 3, exitedAt: { seconds: 1_700_000_000n, nanos: 7 } })

const unclear = { _tag: 'Unclear' } as const

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'task_view: created, running, paused, pausing, stopped',
    run: () => {
      assert.deepEqual(taskView(task(Status.CREATED)), { _tag: 'Created', pid: 42 })
      assert.deepEqual(taskView(task(Status.RUNNING)), { _tag: 'Running', pid: 42 })
      assert.deepEqual(taskView(task(Status.PAUSED)), { _tag: 'Paused', pid: 42 })
      assert.deepEqual(taskView(task(Status.PAUSING)), { _tag: 'Paused', pid: 42 })
      assert.deepEqual(taskView(task(Status.STOPPED)), { _tag: 'Stopped', pid: 42, code: 3, exitedAt: nanos(1_700_000_000_000_000_007n) })
    },
  },
  {
    name: 'task_view: pid 0 is unclear whatever the status says: a Delete may hang in the shim',
    run: () => {
      for (const status of [Status.CREATED, Status.RUNNING, Status.STOPPED, Status.PAUSED, Status.UNKNOWN]) {
        assert.deepEqual(taskView(task(status, 0)), unclear)
      }
    },
  },
  {
    name: 'task_view: UNKNOWN, and a status of a later version, are unclear',
    run: () => {
      assert.deepEqual(taskView(task(Status.UNKNOWN)), unclear)
      assert.deepEqual(taskView(Process.decode(Process.encode({ ...task(Status.STOPPED), status: 77 as Status }).finish())), unclear)
    },
  },
  {
    name: 'task_view: a task that stopped at no known time',
    run: () =>
      assert.deepEqual(taskView({ ...task(Status.STOPPED), exitedAt: { seconds: -62_135_596_800n, nanos: 0 } }), {
        _tag: 'Stopped',
        pid: 42,
        code: 3,
        exitedAt: undefined,
      }),
  },
]
