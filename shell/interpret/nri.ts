/**
 * NRI plugins are told that a run ended. Whatever becomes of it, the handling goes on.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { type NotifyNriExit, type NriSettled } from '../../core/index.ts'
import { type Env, now } from '../env.ts'
import type { Told } from '../nri/host.ts'
import type { Interpreted } from './outcome.ts'

export const notifyNriExit = ({ container, call, run }: NotifyNriExit): Interpreted => (env) => async () => {
  const outcome = outcomeOf(await tell(env, run))
  return E.right([{ _tag: 'NriSettled', container, call, outcome, at: now(env) }])
}

const tell = async ({ nri, dryRun, log }: Env, run: NotifyNriExit['run']): Promise<Told> => {
  if (nri === undefined) return { _tag: 'NoneListening' }
  if (!dryRun) return await nri.exited(run)()
  log.result('would tell NRI plugins', { namespace: run.namespace, id: run.id })
  return { _tag: 'NoneListening' }
}

const outcomeOf = (told: Told): NriSettled['outcome'] => {
  switch (told._tag) {
    case 'Delivered':
      return { _tag: 'Delivered' }
    case 'NoneListening':
      return { _tag: 'NoneListening' }
    case 'Late':
      return { _tag: 'Failed', reason: 'TimedOut', message: `NRI plugins took longer than ${told.ms} ms; they are told all the same` }
  }
}
