/**
 * The write, and what rides inside it: released once the rows are durable, and not at all when they are not.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Persist, ReaperRecord, Released, RunRecord } from '../../core/index.ts'
import { type Env, now } from '../env.ts'
import type { StoreFailed } from '../errors.ts'
import { failure, type Interpreted } from './outcome.ts'

export const persist = ({ owner, call, records, release }: Persist): Interpreted => (env) => async () => {
  // Started before anything is awaited: batches are kept in the order in which the core asked for them.
  const written = await env.store.append(records)()
  for (const record of records) if (isSetback(record)) sayRetry(env, record)
  if (E.isRight(written)) { for (const effect of release) carryOut(env, effect) }
  else sayNotWritten(env, written.left)
  const outcome = E.isRight(written) ? { _tag: 'Durable' } as const : failure(written.left)
  return E.right([{ _tag: 'PersistSettled', owner, call, outcome, at: now(env) }])
}

const carryOut = (env: Env, effect: Released): void => {
  switch (effect._tag) {
    case 'SignalStopped':
      return env.signalStopped(effect.announcement)
    case 'EmitContainerEvent':
      return env.announce(effect.announcement)
  }
}

const isSetback = (record: ReaperRecord): record is RunRecord =>
  record._tag === 'RunRecord' && record.standing === 'open' && record.attempts > 0

const sayRetry = ({ log }: Env, { run, attempts, lastError }: RunRecord): void =>
  log.warn('handling failed, will try again', { namespace: run.namespace, id: run.id, pid: run.pid, attempts, error: lastError ?? '' })

const sayNotWritten = ({ log }: Env, { action, message }: StoreFailed): void =>
  log.error('cannot write exits down: nothing is deleted until that works again', { action, error: message })
