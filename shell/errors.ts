/**
 * What can go wrong in the shell, as values. These are the world's faults; a bug in our own code rejects instead.
 * Knows the classes of errors, not how containerd words them: that is `containerd/classify.ts`.
 *
 * @module
 */

/**
 * What a failed call means for the caller.
 *
 * - `NotFound` .. `ResourceExhausted`: containerd said so. `Unavailable` too: it reached containerd, which could not reach a shim.
 * - `Disconnected`: the connection was refused, dropped or reset. Whether the call was carried out is unknown.
 * - `ShimClosed`: containerd lost its connection to the shim (it was killed) during the call.
 * - `Cancelled`: the other side gave up. Our own cancelling is the error {@link Cancelled}.
 */
export type ErrorClass =
  | 'NotFound'
  | 'AlreadyExists'
  | 'InvalidArgument'
  | 'FailedPrecondition'
  | 'Unavailable'
  | 'Disconnected'
  | 'ShimClosed'
  | 'DeadlineExceeded'
  | 'Cancelled'
  | 'Unimplemented'
  | 'PermissionDenied'
  | 'ResourceExhausted'
  | 'Unknown'

/** A call to containerd failed; `message` is its text, `code` the gRPC status code. */
export interface CallFailed {
  readonly _tag: 'CallFailed'
  readonly class: ErrorClass
  readonly call: string
  readonly code: number
  readonly message: string
}

/** Our own timer ran out, and the action was cancelled. */
export interface TimedOut {
  readonly _tag: 'TimedOut'
  readonly what: string
  readonly ms: number
}

/** We were told to stop. */
export interface Cancelled {
  readonly _tag: 'Cancelled'
}

/** The store could not do it. Nothing of the batch is durable. */
export interface StoreFailed {
  readonly _tag: 'StoreFailed'
  readonly action: string
  readonly message: string
}

export type ShellError = CallFailed | TimedOut | Cancelled | StoreFailed

export const callFailed = ({ class: errorClass, call, code, message }: Omit<CallFailed, '_tag'>): CallFailed => ({
  _tag: 'CallFailed',
  class: errorClass,
  call,
  code,
  message,
})

export const timedOut = (what: string, ms: number): TimedOut => ({ _tag: 'TimedOut', what, ms })

export const cancelled: Cancelled = { _tag: 'Cancelled' }

export const storeFailed = (action: string, message: string): StoreFailed => ({ _tag: 'StoreFailed', action, message })

/** Whether asking again in a few milliseconds may help: only when the channel is reconnecting. For reads, never for a Delete. */
export const isTransient = (error: ShellError): boolean => error._tag === 'CallFailed' && error.class === 'Disconnected'

/** Whether the call failed with this class. */
export const isClass = (wanted: ErrorClass) => (error: ShellError): error is CallFailed =>
  error._tag === 'CallFailed' && error.class === wanted

/**
 * One line for a person.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { describeError, timedOut } from 'containerd-reaper/shell'
 *
 * assert.equal(describeError(timedOut('Tasks.Get', 2_000)), 'Cannot finish Tasks.Get: no answer within 2000 ms')
 * ```
 */
export const describeError = (error: ShellError): string => {
  switch (error._tag) {
    case 'CallFailed':
      return error.class === 'Disconnected'
        ? `Cannot call ${error.call}: no connection to containerd: ${error.message}`
        : `Cannot call ${error.call}: containerd answered ${error.class}: ${error.message}`
    case 'TimedOut':
      return `Cannot finish ${error.what}: no answer within ${error.ms} ms`
    case 'Cancelled':
      return 'Cancelled: the reaper is stopping'
    case 'StoreFailed':
      return `Cannot ${error.action}: ${error.message}`
  }
}
