/**
 * Waits: one open call for each running task and each sandbox, on a connection of their own. They have no limit.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { type Nanos, parts, type UnwatchTask, type WatchSandbox, type WatchTask } from '../../core/index.ts'
import { toNanoseconds } from '../containerd/time.ts'
import { type Env, now } from '../env.ts'
import { isClass } from '../errors.ts'
import { withTimeout } from '../task/timeout.ts'
import { failure, type Interpreted, isNotFound } from './outcome.ts'

/**
 * Opens the Wait, then asks for the task: a Wait's answer names no run, but the one it was opened on is the one that is there, or an
 * earlier one. So the pid that the Get gives is the pid that the Wait's answer is about.
 */
export const watchTask = ({ container, call }: WatchTask): Interpreted => (env) => async () => {
  const [namespace, id] = parts(container)
  const { signal, close } = env.calls.begin('call', container, call, env.signal)
  try {
    const wait = env.containerd.taskWait(namespace, id)({ signal })()
    const get = withTimeout(env.limits.loadTimeoutMs, 'Tasks.Get')(env.containerd.taskGet(namespace, id))({ signal, clock: env.clock })()
    const result = await wait
    if (E.isLeft(result)) {
      if (result.left._tag === 'Cancelled') return E.left(result.left)
      const outcome = isNotFound(result.left) ? { _tag: 'NotFound' } as const : failure(result.left)
      return E.right([{ _tag: 'WatchSettled', container, call, outcome, at: now(env) }])
    }
    const { exitStatus, exitedAt } = result.right
    const task = await get
    const pid = E.isRight(task) ? task.right.pid : 0
    const outcome = { _tag: 'Exited', pid, code: exitStatus, exitedAt: toNanoseconds(exitedAt) } as const
    return E.right([{ _tag: 'WatchSettled', container, call, outcome, at: now(env) }])
  } finally {
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
  const result = await env.containerd.sandboxWait(namespace, id, sandboxer)({ signal: env.signal })()
  if (E.isRight(result)) {
    const { exitStatus, exitedAt } = result.right
    return E.right([{
      _tag: 'SandboxWatchSettled',
      sandbox,
      call,
      outcome: { _tag: 'Exited', code: exitStatus, exitedAt: toNanoseconds(exitedAt) },
      at: now(env),
    }])
  }
  if (result.left._tag === 'Cancelled') return E.left(result.left)
  if (returnedAnyway(result.left)) {
    const exitedAt = await exitTime(env, namespace, id, sandboxer)
    if (exitedAt !== undefined) {
      const outcome = { _tag: 'Exited', code: undefined, exitedAt } as const
      return E.right([{ _tag: 'SandboxWatchSettled', sandbox, call, outcome, at: now(env) }])
    }
  }
  const outcome = isNotFound(result.left) ? { _tag: 'NotFound' } as const : failure(result.left)
  return E.right([{ _tag: 'SandboxWatchSettled', sandbox, call, outcome, at: now(env) }])
}

/** When the sandbox ended, from its status; undefined while it has not, or when nobody can say. */
const exitTime = async (env: Env, namespace: string, id: string, sandboxer: string): Promise<Nanos | undefined> => {
  const status = withTimeout(env.limits.loadTimeoutMs, 'Controller.Status')(env.containerd.sandboxStatus(namespace, id, sandboxer))
  const result = await status(env)()
  return E.isRight(result) && result.right.state !== 'SANDBOX_READY' ? toNanoseconds(result.right.exitedAt) : undefined
}
