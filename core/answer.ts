/**
 * The answers to effects. Each carries back the call it answers, so that one that comes too late can be told from the awaited one.
 *
 * @module
 */
import type { CallId, ContainerKey, ImageKey, Millis, Nanos, Owner, SandboxKey } from './ids.ts'
import type { Metadata } from './metadata.ts'

/** A task as containerd's Get or List shows it. */
export type TaskView =
  | { readonly _tag: 'Created'; readonly pid: number }
  | { readonly _tag: 'Running'; readonly pid: number }
  | { readonly _tag: 'Paused'; readonly pid: number }
  | { readonly _tag: 'Stopped'; readonly pid: number; readonly code: number; readonly exitedAt: Nanos | undefined }
  /** Status UNKNOWN or pid 0: containerd cannot tell, for instance because a Delete hangs inside the shim. */
  | { readonly _tag: 'Unclear' }

/** Why a call did not do what it was asked; the classes of the shell's error table that the core tells apart. */
export interface Failure {
  readonly _tag: 'Failed'
  readonly reason: FailureReason
  readonly message: string
}

/**
 * - `Unavailable`: containerd answered so (the shim of the task cannot be reached).
 * - `Disconnected`: containerd itself could not be reached, or the connection was lost before its answer.
 * - `ShimClosed`: containerd lost its connection to the shim during the call ("ttrpc: closed").
 */
export type FailureReason = 'Unavailable' | 'Disconnected' | 'ShimClosed' | 'TimedOut' | 'Unimplemented' | 'Other'

export interface PersistSettled {
  readonly _tag: 'PersistSettled'
  readonly owner: Owner
  readonly call: CallId
  readonly outcome: { readonly _tag: 'Durable' } | Failure
  readonly at: Millis
}

export interface ContainerSettled {
  readonly _tag: 'ContainerSettled'
  readonly container: ContainerKey
  readonly call: CallId
  /** `NotOurs`: the record is there, but no selector matches it. */
  readonly outcome: { readonly _tag: 'Found'; readonly metadata: Metadata } | { readonly _tag: 'NotOurs' } | NotFound | Failure
  readonly at: Millis
}

export interface NotFound {
  readonly _tag: 'NotFound'
}

export interface LoadSettled {
  readonly _tag: 'LoadSettled'
  readonly container: ContainerKey
  readonly call: CallId
  readonly outcome: TaskView | NotFound | Failure
  readonly at: Millis
}

export interface WatchSettled {
  readonly _tag: 'WatchSettled'
  readonly container: ContainerKey
  readonly call: CallId
  /** `pid` is what a Get that was asked after the Wait was opened gave, 0 while that is open: a Wait's result names no run. */
  readonly outcome:
    | { readonly _tag: 'Exited'; readonly pid: number; readonly code: number; readonly exitedAt: Nanos | undefined }
    | NotFound
    | Failure
  readonly at: Millis
}

export interface OomKillsSettled {
  readonly _tag: 'OomKillsSettled'
  readonly container: ContainerKey
  readonly call: CallId
  readonly outcome: { readonly _tag: 'Counted'; readonly kills: bigint } | Failure
  readonly at: Millis
}

export interface NriSettled {
  readonly _tag: 'NriSettled'
  readonly container: ContainerKey
  readonly call: CallId
  readonly outcome: { readonly _tag: 'Delivered' } | { readonly _tag: 'NoneListening' } | Failure
  readonly at: Millis
}

export interface KillSettled {
  readonly _tag: 'KillSettled'
  readonly container: ContainerKey
  readonly call: CallId
  readonly outcome: { readonly _tag: 'Gone' } | Failure
  readonly at: Millis
}

export interface DrainSettled {
  readonly _tag: 'DrainSettled'
  readonly container: ContainerKey
  readonly call: CallId
  readonly outcome: { readonly _tag: 'Drained' } | Failure
  readonly at: Millis
}

export interface DeleteSettled {
  readonly _tag: 'DeleteSettled'
  readonly container: ContainerKey
  readonly call: CallId
  readonly outcome: { readonly _tag: 'Deleted'; readonly code: number; readonly exitedAt: Nanos | undefined } | NotFound | Failure
  readonly at: Millis
}

export interface CleanUpSettled {
  readonly _tag: 'CleanUpSettled'
  readonly container: ContainerKey
  readonly call: CallId
  readonly outcome: { readonly _tag: 'CleanedUp' } | NotFound | Failure
  readonly at: Millis
}

export interface SandboxWatchSettled {
  readonly _tag: 'SandboxWatchSettled'
  readonly sandbox: SandboxKey
  readonly call: CallId
  /** `code` is undefined when the controller says that the sandbox ended but not how. */
  readonly outcome:
    | { readonly _tag: 'Exited'; readonly code: number | undefined; readonly exitedAt: Nanos | undefined }
    | NotFound
    | Failure
  readonly at: Millis
}

export interface ImageSettled {
  readonly _tag: 'ImageSettled'
  readonly image: ImageKey
  readonly call: CallId
  readonly outcome: { readonly _tag: 'Found'; readonly digest: string } | NotFound | Failure
  readonly at: Millis
}

export interface TimerFired {
  readonly _tag: 'TimerFired'
  readonly owner: Owner
  readonly call: CallId
  readonly at: Millis
}
