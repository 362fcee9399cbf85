/**
 * Waits: one open call for each running task and each sandbox, on a connection of their own. They have no limit.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import { type Nanos, parts, type SandboxWatchSettled, type UnwatchTask, type WatchSandbox, type WatchTask } from '../../core/index.ts'
import { toNanoseconds } from '../containerd/time.ts'
import { type Env, now } from '../env.ts'
import { callFailed, type Cancelled, isClass, type ShellError } from '../errors.ts'
import { withTimeout } from '../task/timeout.ts'
import { failure, type Interpreted, isNotFound } from './outcome.ts'
import { loadMs, reading } from './read.ts'

/**
 * Opens the Wait, then asks for the task: a Wait's answer names no run, so the pid that the Get gives stands in. Only a Get that was
 * answered while the Wait was still open counts. One that comes later may speak of the next run under this id, which would then be
 * taken for the one that exited, and killed.
 */
export const watchTask = ({ container, call }: WatchTask): Interpreted => (env) => async () => {
  const [namespace, id] = parts(container)
  const { signal, close } = env.calls.begin('call', container, call, env.signal)
  try {
    const wait = env.containerd.taskWait(namespace, id)({ signal })()
    let pid = 0
    const get = pipe(env.containerd.taskGet(namespace, id), withTimeout(env.limits.loadTimeoutMs, 'Tasks.Get'), env.reads)
    void get({ signal, clock: env.clock })().then((task) => {
      if (E.isRight(task)) pid = task.right.pid
    })
    const result = await wait
    if (E.isLeft(result)) {
      if (result.left._tag === 'Cancelled') return E.left(result.left)
      const outcome = isNotFound(result.left) ? { _tag: 'NotFound' } as const : failure(result.left)
      return E.right([{ _tag: 'WatchSettled', container, call, outcome, at: now(env) }])
    }
    const { exitStatus, exitedAt } = result.right
    const outcome = { _tag: 'Exited', pid, code: exitStatus, exitedAt: toNanoseconds(exitedAt) } as const
    return E.right([{ _tag: 'WatchSettled', container, call, outcome, at: now(env) }])
  } finally {
    env.calls.end('call', container, call) // a Get that is still open is of no use any more
    close()
  }
}

export const unwatchTask = ({ container, call }: UnwatchTask): Interpreted => (env) => () => {
  env.calls.end('call', container, call)
  return Promise.resolve(E.right([]))
}

/** Several releases answer a Wait that has returned with INVALID_ARGUMENT, because the topic of the event they publish is wrong. */
const returnedAnyway = isClass('InvalidArgument')

export const watchSandbox = ({ sandbox, call, sandboxer }: WatchSandbox): Interpreted => (env) => async () => {
  const [namespace, id] = parts(sandbox)
  const controller = sandboxer === '' ? await controllerOf(env, namespace, id) : E.right(sandboxer)
  const result = E.isLeft(controller)
    ? controller
    : await env.containerd.sandboxWait(namespace, id, controller.right)({ signal: env.signal })()
  const settled = (outcome: SandboxWatchSettled['outcome']): E.Either<Cancelled, ReadonlyArray<SandboxWatchSettled>> =>
    E.right([{ _tag: 'SandboxWatchSettled', sandbox, call, outcome, at: now(env) }])
  if (E.isRight(result)) {
    const { exitStatus, exitedAt } = result.right
    return settled({ _tag: 'Exited', code: exitStatus, exitedAt: toNanoseconds(exitedAt) })
  }
  if (result.left._tag === 'Cancelled') return E.left(result.left)
  if (E.isRight(controller) && returnedAnyway(result.left)) {
    const exitedAt = await exitTime(env, namespace, id, controller.right)
    if (exitedAt !== undefined) return settled({ _tag: 'Exited', code: undefined, exitedAt })
  }
  return settled(isNotFound(result.left) ? { _tag: 'NotFound' } : failure(result.left))
}

/**
 * Events do not name the controller of their sandbox. One that is not listed may be about to be: that is a failure, after which it is
 * asked for again, and no end of the sandbox.
 */
const controllerOf = (env: Env, namespace: string, id: string): Promise<E.Either<ShellError, string>> =>
  pipe(
    reading('Store.List', loadMs, ({ containerd }) => containerd.sandboxList(namespace)),
    RTE.flatMap((list) => {
      const found = list.find(({ sandboxId }) => sandboxId === id)
      if (found !== undefined) return RTE.right(found.sandboxer)
      return RTE.left(callFailed({ class: 'Unknown', call: 'Store.List', code: 0, message: `sandbox ${id} is not listed` }))
    }),
  )(env)()

/** When the sandbox ended, from its status; undefined while it has not, or when nobody can say. */
const exitTime = async (env: Env, namespace: string, id: string, sandboxer: string): Promise<Nanos | undefined> => {
  const status = withTimeout(env.limits.loadTimeoutMs, 'Controller.Status')(env.containerd.sandboxStatus(namespace, id, sandboxer))
  const result = await status(env)()
  return E.isRight(result) && result.right.state !== 'SANDBOX_READY' ? toNanoseconds(result.right.exitedAt) : undefined
}
