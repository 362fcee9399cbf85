/**
 * Timers: the only waiting that the core asks for. The lots for jitter are drawn here, since the core draws none.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type { CancelTimer, SetTimer } from '../../core/index.ts'
import { cancelled } from '../errors.ts'
import { now } from '../env.ts'
import type { Interpreted } from './outcome.ts'

export const setTimer = ({ owner, call, delayMs, jitter }: SetTimer): Interpreted => (env) => async () => {
  const { signal, close } = env.calls.begin('timer', `${owner._tag} ${owner.key}`, call, env.signal)
  try {
    const ms = jitter ? delayMs * (1 - env.limits.jitter * env.random()) : delayMs
    if (await env.clock.sleep(ms, signal) === 'aborted') return E.left(cancelled)
    return E.right([{ _tag: 'TimerFired', owner, call, at: now(env) }])
  } finally {
    close()
  }
}

export const cancelTimer = ({ owner, call }: CancelTimer): Interpreted => (env) => () => {
  env.calls.end('timer', `${owner._tag} ${owner.key}`, call)
  return Promise.resolve(E.right([]))
}
