/**
 * A task as containerd's Get and List show it, in the core's words.
 *
 * @module
 */
import type { TaskView } from '../../core/index.ts'
import { type Process, Status } from '../proto/gen/containerd/task.ts'
import { toNanoseconds } from './time.ts'

/**
 * Pid 0 and status UNKNOWN both mean that containerd could not ask the shim, for instance because a Delete hangs inside it: such a
 * task is neither running nor stopped as far as anybody knows.
 */
export const taskView = ({ pid, status, exitStatus, exitedAt }: Process): TaskView => {
  if (pid === 0) return { _tag: 'Unclear' }
  switch (status) {
    case Status.CREATED:
      return { _tag: 'Created', pid }
    case Status.RUNNING:
      return { _tag: 'Running', pid }
    case Status.PAUSED:
    case Status.PAUSING:
      return { _tag: 'Paused', pid }
    case Status.STOPPED:
      return { _tag: 'Stopped', pid, code: exitStatus, exitedAt: toNanoseconds(exitedAt) }
    default: // UNKNOWN, and whatever a later version may add
      return { _tag: 'Unclear' }
  }
}
