/**
 * Keeps the reaper connected: subscribe first, list second, list again now and then, and when the stream is lost begin anew.
 * This is the only source of what the waits do not tell.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as T from 'fp-ts/lib/Task.js'
import type { Env } from '../env.ts'
import { describeError, type ShellError } from '../errors.ts'
import { linkedTo, stoppable } from '../task/cancellable.ts'
import { outage } from './outage.ts'
import { listing } from './listing.ts'
import { subscription } from './subscription.ts'

/**
 * Wait before the stream is opened again, ms, however long containerd is away. Shims repeat the exits of an outage 1, 3, 6, 10, 15 and 21 s
 * after them, and some when nobody else knows their codes any more: what comes before we are back is lost.
 */
const reopenMs = 100
/** Wait before a listing that was not complete is made again, ms. */
const relistSoonMs = 1_000

/** Runs until `env.signal` aborts. `listed` is called after each round of listings that was complete. */
export const stayConnected = (env: Env, listed: () => void): T.Task<void> => async () => {
  const isOver = (): boolean => env.signal.aborted
  let away: { readonly end: () => void } | undefined
  while (!isOver()) {
    const life = linkedTo(env.signal)
    const scope: Env = { ...env, signal: life.signal }
    const opened = stoppable() // "aborted" once the stream is known to be open
    const ended = await subscription(() => {
      opened.abort()
      away?.end()
      away = undefined
      env.log.info('connected to containerd', { namespaces: env.namespaces })
      void keepListing(scope, listed)()
    })(scope)()
    life.abort()
    life.unlink()
    if (isOver()) break
    away ??= beginOutage(env)
    sayLost(env, E.isLeft(ended) ? ended.left : undefined, opened.signal.aborted)
    await env.clock.sleep(reopenMs, env.signal)
  }
  away?.end()
}

/** Asks the shims from now on; `end` when containerd is back. */
const beginOutage = (env: Env): { readonly end: () => void } => {
  const { signal, abort, unlink } = linkedTo(env.signal)
  void outage({ ...env, signal })()
  return {
    end: () => {
      abort()
      unlink()
    },
  }
}

/** Lists all namespaces now, and again every period, for as long as this connection lives. */
const keepListing = (env: Env, listed: () => void): T.Task<void> => async () => {
  while (!env.signal.aborted) {
    const isComplete = await listAll(env)
    if (isComplete) {
      listed()
      void env.shims?.look()
    }
    await env.clock.sleep(isComplete ? env.limits.relistPeriodMs : relistSoonMs, env.signal)
  }
}

const listAll = async (env: Env): Promise<boolean> => {
  let isComplete = true
  for (const namespace of env.namespaces) {
    const found = await listing(namespace)(env)()
    if (E.isRight(found)) await env.post(found.right)
    else {
      isComplete = false
      if (found.left._tag !== 'Cancelled') env.log.warn('cannot list, will try again', { namespace, error: describeError(found.left) })
    }
  }
  return isComplete
}

const sayLost = ({ log }: Env, error: ShellError | undefined, wasOpen: boolean): void => {
  const why = { error: error === undefined ? 'containerd ended the event stream' : describeError(error) }
  if (wasOpen) log.warn('lost containerd, connecting again', why)
  else log.debug('no connection to containerd yet', why)
}
