/**
 * What a failed call means to the core: the shell's classes of errors, folded into the few that the machine tells apart.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import type { Failure, FailureReason, Millis, NotFound, ReaperEvent } from '../../core/index.ts'
import { type Env, now } from '../env.ts'
import { type Cancelled, describeError, type ErrorClass, type ShellError } from '../errors.ts'

/**
 * What carrying out an effect gives: the events that answer it. Whatever containerd says becomes an event; `Left` only means that we
 * were told to stop, or that the core gave the call up, and nobody waits for an answer.
 */
export type Interpreted = RTE.ReaderTaskEither<Env, Cancelled, ReadonlyArray<ReaperEvent>>

const reasons: Readonly<Partial<Record<ErrorClass, FailureReason>>> = {
  Unavailable: 'Unavailable',
  Disconnected: 'Disconnected',
  ShimClosed: 'ShimClosed',
  DeadlineExceeded: 'TimedOut',
  Unimplemented: 'Unimplemented',
}

const failureReason = (error: ShellError): FailureReason => {
  switch (error._tag) {
    case 'CallFailed':
      return reasons[error.class] ?? 'Other'
    case 'TimedOut':
      return 'TimedOut'
    case 'Cancelled':
    case 'StoreFailed':
      return 'Other'
  }
}

export const failure = (error: ShellError): Failure => ({ _tag: 'Failed', reason: failureReason(error), message: describeError(error) })

export const isNotFound = (error: ShellError): boolean => error._tag === 'CallFailed' && error.class === 'NotFound'

const notFound: NotFound = { _tag: 'NotFound' }

/** A call whose every end is an outcome for the core: an answer, NotFound, or a failure. Being told to stop is none. */
export const outcomeOf = <A, B>(
  action: RTE.ReaderTaskEither<Env, ShellError, A>,
  answered: (answer: A) => B,
): RTE.ReaderTaskEither<Env, Cancelled, B | NotFound | Failure> =>
(env) =>
async () => {
  const result = await action(env)()
  if (E.isRight(result)) return E.right(answered(result.right))
  if (result.left._tag === 'Cancelled') return E.left(result.left)
  return E.right(isNotFound(result.left) ? notFound : failure(result.left))
}

/** The one event that answers an effect, stamped with the time at which the outcome came. */
export const answer = <A>(
  outcome: RTE.ReaderTaskEither<Env, Cancelled, A>,
  event: (outcome: A, at: Millis) => ReaperEvent,
): Interpreted =>
(env) =>
async () => {
  const result = await outcome(env)()
  return E.isRight(result) ? E.right([event(result.right, now(env))]) : result
}
