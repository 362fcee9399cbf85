/**
 * One listing of one namespace: records, tasks and sandboxes, as the core takes them. Whatever the event stream lost is in it.
 *
 * @module
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import type { ListedSandbox, Relisted } from '../../core/index.ts'
import { metadataOf } from '../containerd/metadata.ts'
import { taskView } from '../containerd/task_view.ts'
import { type Env, now } from '../env.ts'
import { isClass, type ShellError } from '../errors.ts'

/**
 * Records first: a task that is listed is then of a record that was listed too, unless it was made in between, and then events tell.
 * No limit of its own: containerd asks each shim in turn, and a hung one takes 2 s of it.
 */
export const listing = (namespace: string): RTE.ReaderTaskEither<Env, ShellError, Relisted> =>
  pipe(
    RTE.Do,
    RTE.bind('containers', () => asking(({ containerd, selectors }) => containerd.containerList(namespace, selectors))),
    RTE.bind('tasks', () => asking(({ containerd }) => containerd.taskList(namespace))),
    RTE.bind('sandboxes', () => sandboxesOf(namespace)),
    RTE.bindW('at', () => RTE.asks(now)),
    RTE.map(({ containers, tasks, sandboxes, at }) => ({
      _tag: 'Relisted',
      namespace,
      containers: containers.map((container) => ({ id: container.id, metadata: metadataOf(container) })),
      tasks: tasks.map((task) => ({ id: task.id, task: taskView(task) })),
      sandboxes,
      at,
    })),
  )

const asking = <A>(call: (env: Env) => RTE.ReaderTaskEither<Env, ShellError, A>): RTE.ReaderTaskEither<Env, ShellError, A> => (env) =>
  call(env)(env)

/** undefined where there is no sandbox store: containerd 1.6. */
const sandboxesOf = (namespace: string): RTE.ReaderTaskEither<Env, ShellError, ReadonlyArray<ListedSandbox> | undefined> =>
  pipe(
    asking(({ containerd }) => containerd.sandboxList(namespace)),
    RTE.map((list): ReadonlyArray<ListedSandbox> | undefined => list.map(({ sandboxId, sandboxer }) => ({ id: sandboxId, sandboxer }))),
    RTE.orElse((error) => (isClass('Unimplemented')(error) ? RTE.right(undefined) : RTE.left(error))),
  )
