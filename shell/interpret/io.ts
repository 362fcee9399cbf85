/**
 * The IO that the library's user attached to a run: cancelled, waited for so long and no longer, and closed on every path.
 * What is attached is the user's code, so whatever it throws stays here.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import { type CloseIo, type DrainIo, parts, type RunId } from '../../core/index.ts'
import type { AttachedIo, Env } from '../env.ts'
import { type ShellError, storeFailed } from '../errors.ts'
import { withTimeout } from '../task/timeout.ts'
import { answer, type Interpreted, outcomeOf } from './outcome.ts'

export const drainIo = ({ container, call, run }: DrainIo): Interpreted => (env) => {
  const attached = attachedTo(env, run)
  const wait: RTE.ReaderTaskEither<Env, ShellError, void> = () => async () => {
    try {
      attached?.cancel?.()
      await attached?.wait?.()
      return E.right(undefined)
    } catch (error) {
      return E.left(storeFailed('drain the attached IO', messageOf(error)))
    }
  }
  const drained = outcomeOf(pipe(wait, withTimeout(env.limits.drainTimeoutMs, 'the attached IO')), () => ({ _tag: 'Drained' } as const))
  return answer(drained, (outcome, at) => {
    if (outcome._tag === 'Failed') env.log.warn('attached IO did not end, going on without it', { ...nameOf(run), error: outcome.message })
    return { _tag: 'DrainSettled', container, call, outcome: outcome._tag === 'NotFound' ? { _tag: 'Drained' } : outcome, at }
  })(env)
}

export const closeIo = ({ container, run }: CloseIo): Interpreted => (env) => () => {
  try {
    attachedTo(env, run)?.close?.()
  } catch (error) {
    const [namespace, id] = parts(container)
    env.log.warn('attached IO could not be closed', { namespace, id, error: messageOf(error) })
  }
  return Promise.resolve(E.right([]))
}

const attachedTo = (env: Env, run: RunId): AttachedIo | undefined => {
  try {
    return env.io?.attach(run)
  } catch (error) {
    env.log.warn('attaching IO failed, going on without it', { ...nameOf(run), error: messageOf(error) })
    return undefined
  }
}

const nameOf = ({ namespace, id, pid }: RunId): Readonly<Record<string, unknown>> => ({ namespace, id, pid })

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
