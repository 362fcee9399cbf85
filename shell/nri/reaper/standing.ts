/**
 * Where a container stands, out of what the machine knows. Pure.
 *
 * @module
 */
import { type Container, inHandling, type Run, type TaskView } from '../../../core/index.ts'
import type { Standing } from './describe.ts'

/** How a run ended, or undefined while it goes on. */
export const endOf = ({ phase, oom }: Run): Extract<Standing, { _tag: 'Stopped' }> | undefined => {
  const exit = phase._tag === 'Exited'
    ? phase.exit
    : phase._tag === 'Announced'
    ? phase.over.exit
    : inHandling(phase)
    ? phase.handling.exit
    : undefined
  return exit === undefined ? undefined : { _tag: 'Stopped', exit, oomKilled: oom._tag !== 'None' }
}

/**
 * A listed container: what the task says if it lives, else how the last run ended. A container without either has not been started, or
 * nobody can say any more.
 */
export const standingOf = (container: Container | undefined, task: TaskView | undefined): Standing => {
  switch (task?._tag) {
    case 'Created':
      return { _tag: 'Created' }
    case 'Running':
    case 'Paused':
      return { _tag: task._tag, pid: task.pid }
    case 'Stopped':
    case 'Unclear':
    case undefined:
      break
  }
  const last = container?.runs.at(-1)
  const end = last === undefined ? undefined : endOf(last)
  if (end !== undefined) return end
  if (task?._tag === 'Stopped' && task.exitedAt !== undefined) {
    return { _tag: 'Stopped', exit: { code: task.code, at: task.exitedAt, rank: 'observed' }, oomKilled: false }
  }
  return task === undefined && last === undefined ? { _tag: 'Created' } : { _tag: 'Unknown' }
}
