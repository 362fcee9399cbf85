/**
 * What containerd would answer, where a test's script says nothing: one task a container, which exits when the machine is told so
 * and is gone once it is deleted. Everything else succeeds.
 */
import type { TaskView } from '../../core/answer.ts'
import type { Effect } from '../../core/effect.ts'
import type { ReaperEvent } from '../../core/event.ts'
import { type ContainerKey, containerKey } from '../../core/ids.ts'
import type { Metadata } from '../../core/metadata.ts'
import type { Book, Outcomes, Word } from './answers.ts'
import { counted, delivered, drained, durable, failed, found, gone, notFound } from './outcomes.ts'

export interface TaskWorld extends Book {
  /** Makes true what the event says. */
  readonly believe: (event: ReaperEvent) => void
}

type Exited = Pick<Extract<ReaperEvent, { readonly _tag: 'TaskExited' }>, 'pid' | 'code' | 'exitedAt'>
type Task = TaskView | { readonly _tag: 'NotFound' }

export const taskWorld = (metadata: Metadata): TaskWorld => {
  const tasks = new Map<ContainerKey, Task>()
  const taskOf = (container: ContainerKey): Task => tasks.get(container) ?? notFound

  const exit = (container: ContainerKey, { pid, code, exitedAt }: Exited): void => {
    const task = taskOf(container)
    if (task._tag !== 'Running' || (pid !== 0 && task.pid !== pid)) return
    tasks.set(container, { _tag: 'Stopped', pid: task.pid, code, exitedAt })
  }

  const remove = (container: ContainerKey): Outcomes['TD'] => {
    const task = taskOf(container)
    if (task._tag === 'NotFound') return notFound
    if (task._tag !== 'Stopped') return failed('Other', 'task must be stopped before deletion')
    tasks.set(container, notFound)
    return { _tag: 'Deleted', code: task.code, exitedAt: task.exitedAt }
  }

  const answers: { readonly [W in Word]: (effect: Effect) => Outcomes[W] | 'hang' } = {
    ASK: () => found(metadata),
    LOAD: (effect) => ('container' in effect ? taskOf(effect.container) : notFound),
    MET: () => counted(0),
    NRI: () => delivered,
    KILL: () => gone,
    DRAIN: () => drained,
    TD: (effect) => ('container' in effect ? remove(effect.container) : notFound),
    CLEAN: () => notFound,
    SAVE: () => durable,
    WATCH: () => 'hang',
    POD: () => 'hang',
    IMG: () => ({ _tag: 'Found', digest: 'sha256:1' }),
  }

  return {
    take: (word, effect) => answers[word](effect),
    believe: (event) => {
      switch (event._tag) {
        case 'TaskStarted':
          tasks.set(event.container, { _tag: 'Running', pid: event.pid })
          break
        case 'TaskExited':
          if (event.container.endsWith(`/${event.processId}`)) exit(event.container, event)
          break
        case 'WatchSettled':
          if (event.outcome._tag === 'Exited') exit(event.container, event.outcome)
          break
        case 'Relisted':
          for (const { id, task } of event.tasks) tasks.set(containerKey(event.namespace, id), task)
          break
        case 'TaskDeleted':
          tasks.delete(event.container)
          break
      }
    },
  }
}
