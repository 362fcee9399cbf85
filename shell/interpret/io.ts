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
import type { AttachedIo, Env, IoPort } from '../env.ts'
import { type ShellError, storeFailed } from '../errors.ts'
import { withTimeout } from '../task/timeout.ts'
import { answer, type Interpreted, outcomeOf } from './outcome.ts'

export const drainIo = ({ container, call, run }: DrainIo): Interpreted => (env) => {
  const attached = attachedTo(env, run)
  const wait: RTE.ReaderTaskEither<Env, ShellError, void> = () => async () => {
    const cancelled = E.tryCatch(() => attached?.cancel?.(), notDrained)
    try {
      await attached?.wait?.()
    } catch (error) {
      return E.left(notDrained(error))
    }
    return cancelled
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

const notDrained = (error: unknown): ShellError => storeFailed('drain the attached IO', messageOf(error))

/**
 * The user is asked once for the IO of a run, however often the machine comes back to it: what was cancelled and waited for is what is
 * closed. After its close it is forgotten.
 */
export const attachOnce = (io: IoPort): IoPort => {
  const attached = new Map<string, AttachedIo>()
  return {
    attach: (run) => {
      const name = `${run.namespace}/${run.id} ${run.pid} ${run.generation}`
      const known = attached.get(name)
      if (known !== undefined) return known
      const found = io.attach(run)
      if (found === undefined) return undefined
      const once: AttachedIo = {
        cancel: () => found.cancel?.(),
        wait: () => found.wait?.() ?? Promise.resolve(),
        close: () => {
          attached.delete(name)
          found.close?.()
        },
      }
      attached.set(name, once)
      return once
    },
  }
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
