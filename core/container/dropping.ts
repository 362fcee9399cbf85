/**
 * Withdrawing the rows of what turned out not to be ours. Until that is on disk a restart would take those runs up again and act upon them
 * (rule 10), so it is tried until it succeeds.
 *
 * @module
 */
import type { PersistSettled, TimerFired } from '../answer.ts'
import { backoffMs } from '../backoff.ts'
import type { Effect } from '../effect.ts'
import type { CallId, RunId } from '../ids.ts'
import { callId, containerOwner } from '../ids.ts'
import type { Work } from './work.ts'
import { change } from './work.ts'

export interface Dropping {
  /** The write, or the timer that it waits for to be made again. */
  readonly call: CallId
  readonly failures: number
  readonly runs: ReadonlyArray<RunId>
}

/** The write by which the rows of `runs` count no longer. */
export const drop = (work: Work, runs: ReadonlyArray<RunId>, failures: number = 0): Work => {
  if (runs.length === 0) return work
  const { key } = work.container
  return inCall(work, { runs, failures }, (call) => ({
    _tag: 'Persist',
    owner: containerOwner(key),
    call,
    records: runs.map((run) => ({ _tag: 'RunDropped', run })),
    release: [],
  }))
}

/** The write has come back, or is due again. Whose answer this is not is told so by `undefined`. */
export const dropSettled = (work: Work, input: PersistSettled | TimerFired): Work | undefined => {
  const { dropping, key } = work.container
  if (dropping?.call !== input.call) return undefined
  const { failures, runs } = dropping
  if (input._tag === 'TimerFired') return drop(work, runs, failures)
  if (input.outcome._tag === 'Durable') return change(work, { dropping: undefined }, [])
  const delayMs = backoffMs(work.around.policy, failures + 1)
  const owner = containerOwner(key)
  return inCall(work, { runs, failures: failures + 1 }, (call) => ({ _tag: 'SetTimer', owner, call, delayMs, jitter: true }))
}

const inCall = (work: Work, dropping: Omit<Dropping, 'call'>, ask: (call: CallId) => Effect): Work => {
  const lastCall = work.container.lastCall + 1
  const call = callId(lastCall)
  return change(work, { lastCall, dropping: { ...dropping, call } }, [ask(call)])
}
