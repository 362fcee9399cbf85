/**
 * Calls that destroy: asked once, with no limit and no second try, and cut off only when the core says so (rule 5). A deadline would
 * reach the shim and stop `runc delete` half-way, which is what leaks shims.
 *
 * @module
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as E from 'fp-ts/lib/Either.js'
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import {
  type CallId,
  type CancelCall,
  type CleanUpTask,
  type ContainerKey,
  type DeleteTask,
  type KillTask,
  parts,
} from '../../core/index.ts'
import type { Call } from '../containerd/client.ts'
import { toNanoseconds } from '../containerd/time.ts'
import type { Env } from '../env.ts'
import { cancelled, isClass, type ShellError } from '../errors.ts'
import type { DeleteResponse } from '../proto/gen/containerd/tasks.ts'
import { answer, type Interpreted, outcomeOf } from './outcome.ts'

type Destroying<A> = RTE.ReaderTaskEither<Env, ShellError, A>

/** The call under a scope that only `CancelCall` and the very end of the process end. In a dry run it is only said, and succeeds. */
const destroying =
  <A>(what: string, container: ContainerKey, call: CallId, make: (env: Env) => Call<A>, pretended: A): Destroying<A> => (env) =>
  async () => {
    if (env.dryRun) {
      const [namespace, id] = parts(container)
      env.log.result(`would ${what}`, { namespace, id })
      return E.right(pretended)
    }
    // What is not begun is not lost: its exit is on disk, and the next start takes it up.
    if (env.stopping.aborted) return E.left(cancelled)
    const { signal, close } = env.calls.begin('call', container, call, env.signal)
    try {
      return await make(env)({ signal })()
    } finally {
      close()
    }
  }

export const killTask = ({ container, call }: KillTask): Interpreted => {
  const [namespace, id] = parts(container)
  const kill = pipe(
    destroying('kill what is left of the task', container, call, ({ containerd }) => containerd.taskKill(namespace, id), undefined),
    // Upstream takes "no such process" and "not running" for done: nothing of the run is left to kill.
    RTE.orElse((error) => (isClass('FailedPrecondition')(error) ? RTE.right(undefined) : RTE.left(error))),
  )
  return answer(outcomeOf(kill, () => ({ _tag: 'Gone' } as const)), (outcome, at) => ({
    _tag: 'KillSettled',
    container,
    call,
    outcome: outcome._tag === 'NotFound' ? { _tag: 'Gone' } : outcome,
    at,
  }))
}

const nothingDeleted: DeleteResponse = { id: '', pid: 0, exitStatus: 0, exitedAt: undefined }

export const deleteTask = ({ container, call }: DeleteTask): Interpreted => {
  const [namespace, id] = parts(container)
  const remove = destroying('delete the task', container, call, ({ containerd }) => containerd.taskDelete(namespace, id), nothingDeleted)
  const outcome = outcomeOf(remove, ({ exitStatus, exitedAt }) => (
    { _tag: 'Deleted', code: exitStatus, exitedAt: toNanoseconds(exitedAt) } as const
  ))
  return answer(outcome, (settled, at) => ({ _tag: 'DeleteSettled', container, call, outcome: settled, at }))
}

export const cleanUpTask = ({ container, call }: CleanUpTask): Interpreted => {
  const [namespace, id] = parts(container)
  const remove = destroying(
    'shut a leaked shim down',
    container,
    call,
    ({ containerd }) => containerd.taskDelete(namespace, id),
    nothingDeleted,
  )
  return answer(outcomeOf(remove, () => ({ _tag: 'CleanedUp' } as const)), (outcome, at) => (
    { _tag: 'CleanUpSettled', container, call, outcome, at }
  ))
}

export const cancelCall = ({ container, call }: CancelCall): Interpreted => (env) => () => {
  env.calls.end('call', container, call)
  return Promise.resolve(E.right([]))
}
