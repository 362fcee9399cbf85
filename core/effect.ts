/**
 * Everything the core can ask for. Effects are plain comparable data: no functions, promises or dates.
 * The shell may carry out effects of different owners in any order, those of one owner start in the order they were asked for.
 *
 * @module
 */
import type { CallId, ImageKey, Owner, SandboxKey } from './ids.ts'
import type { Announcement, ReaperRecord } from './record.ts'
import type {
  CancelCall,
  CleanUpTask,
  CloseIo,
  DeleteTask,
  DrainIo,
  KillTask,
  LoadContainer,
  LoadTask,
  NotifyNriExit,
  ReadOomKills,
  UnwatchTask,
  WatchTask,
} from './task_effect.ts'

export type * from './task_effect.ts'

/**
 * Make `records` durable in one write, and only then carry out `release`.
 *
 * The nesting is the ordering contract: what must wait for the disk rides inside the write, and is not asked for anywhere else.
 * On failure nothing of `release` happens, and the answer says so.
 */
export interface Persist {
  readonly _tag: 'Persist'
  readonly owner: Owner
  readonly call: CallId
  readonly records: ReadonlyArray<ReaperRecord>
  readonly release: ReadonlyArray<Released>
}

/** What may ride inside a write. */
export type Released = SignalStopped | EmitContainerEvent

/** Tell whoever awaits the end of this run that it has come. Not answered. */
export interface SignalStopped {
  readonly _tag: 'SignalStopped'
  readonly announcement: Announcement
}

/** Wake the listeners: the announcement is in the log. Not answered. */
export interface EmitContainerEvent {
  readonly _tag: 'EmitContainerEvent'
  readonly announcement: Announcement
}

/** Controller.Wait, or what stands in for it. Answered when the sandbox ends. The shell looks an empty `sandboxer` up. */
export interface WatchSandbox {
  readonly _tag: 'WatchSandbox'
  readonly sandbox: SandboxKey
  readonly call: CallId
  readonly sandboxer: string
}

/** Read the image's record (Images.Get). A read. */
export interface RefreshImage {
  readonly _tag: 'RefreshImage'
  readonly image: ImageKey
  readonly call: CallId
}

/** Post `TimerFired` with this owner and call after `delayMs`. With `jitter` the shell draws by lot how much less than that it waits. */
export interface SetTimer {
  readonly _tag: 'SetTimer'
  readonly owner: Owner
  readonly call: CallId
  readonly delayMs: number
  readonly jitter: boolean
}

export interface CancelTimer {
  readonly _tag: 'CancelTimer'
  readonly owner: Owner
  readonly call: CallId
}

export type Effect =
  | Persist
  | LoadContainer
  | LoadTask
  | WatchTask
  | UnwatchTask
  | ReadOomKills
  | NotifyNriExit
  | KillTask
  | DrainIo
  | CloseIo
  | DeleteTask
  | CleanUpTask
  | CancelCall
  | SignalStopped
  | EmitContainerEvent
  | WatchSandbox
  | RefreshImage
  | SetTimer
  | CancelTimer
