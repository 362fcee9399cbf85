/**
 * Everything the core can be told: facts from containerd in the past tense, and the answers of `answer.ts`.
 * `at` is when the shell learned of it, and the only clock the core has.
 *
 * @module
 */
import type {
  CleanUpSettled,
  ContainerSettled,
  DeleteSettled,
  DrainSettled,
  ImageSettled,
  KillSettled,
  LoadSettled,
  NriSettled,
  OomKillsSettled,
  PersistSettled,
  SandboxWatchSettled,
  TaskView,
  TimerFired,
  WatchSettled,
} from './answer.ts'
import type { ContainerKey, ImageKey, Millis, Nanos, SandboxKey } from './ids.ts'
import type { Metadata } from './metadata.ts'

/** A process of a container ended: init (`processId` is the container's id) or an exec, which is none of our business. */
export interface TaskExited {
  readonly _tag: 'TaskExited'
  readonly container: ContainerKey
  readonly processId: string
  /** 0 when containerd does not know it (it made the event up for a dead shim). */
  readonly pid: number
  readonly code: number
  /** undefined when the event had none, or one before 1970: then the time of receipt stands in. */
  readonly exitedAt: Nanos | undefined
  readonly at: Millis
}

/** The kernel killed a process of the container for want of memory; not necessarily init. */
export interface TaskOomed {
  readonly _tag: 'TaskOomed'
  readonly container: ContainerKey
  readonly at: Millis
}

/** Somebody created a task. It is theirs until it exits: a sign that an earlier run under this id is gone, and no more. */
export interface TaskCreated {
  readonly _tag: 'TaskCreated'
  readonly container: ContainerKey
  readonly pid: number
  readonly at: Millis
}

export interface TaskStarted {
  readonly _tag: 'TaskStarted'
  readonly container: ContainerKey
  readonly pid: number
  readonly at: Millis
}

/** A task was deleted: by another client, or the echo of our own Delete. Carries the exit as the shim knew it. */
export interface TaskDeleted {
  readonly _tag: 'TaskDeleted'
  readonly container: ContainerKey
  readonly pid: number
  readonly code: number
  readonly exitedAt: Nanos | undefined
  readonly at: Millis
}

/** A container record was created or updated. What is in it has yet to be read. */
export interface ContainerChanged {
  readonly _tag: 'ContainerChanged'
  readonly container: ContainerKey
  readonly at: Millis
}

export interface ContainerDeleted {
  readonly _tag: 'ContainerDeleted'
  readonly container: ContainerKey
  readonly at: Millis
}

export interface SandboxStarted {
  readonly _tag: 'SandboxStarted'
  readonly sandbox: SandboxKey
  readonly at: Millis
}

export interface SandboxExited {
  readonly _tag: 'SandboxExited'
  readonly sandbox: SandboxKey
  readonly code: number
  readonly exitedAt: Nanos | undefined
  readonly at: Millis
}

export interface ImageChanged {
  readonly _tag: 'ImageChanged'
  readonly image: ImageKey
  readonly change: 'created' | 'updated' | 'deleted'
  readonly at: Millis
}

/**
 * What a listing of one namespace found. It is a snapshot, and may be older than events that came before it: so it adds knowledge
 * and raises questions, but never takes an exit back.
 */
export interface Relisted {
  readonly _tag: 'Relisted'
  readonly namespace: string
  readonly containers: ReadonlyArray<{ readonly id: string; readonly metadata: Metadata }>
  readonly tasks: ReadonlyArray<ListedTask>
  /** undefined where containerd has no sandbox store. */
  readonly sandboxes: ReadonlyArray<ListedSandbox> | undefined
  readonly at: Millis
}

export interface ListedTask {
  readonly id: string
  readonly task: TaskView
}

export interface ListedSandbox {
  readonly id: string
  readonly sandboxer: string
}

export type ContainerEvent =
  | TaskExited
  | TaskOomed
  | TaskCreated
  | TaskStarted
  | TaskDeleted
  | ContainerChanged
  | ContainerDeleted
  | ContainerSettled
  | LoadSettled
  | WatchSettled
  | OomKillsSettled
  | NriSettled
  | KillSettled
  | DrainSettled
  | DeleteSettled
  | CleanUpSettled

export type SandboxEvent = SandboxStarted | SandboxExited | SandboxWatchSettled
export type ImageEvent = ImageChanged | ImageSettled
export type ReaperEvent = ContainerEvent | SandboxEvent | ImageEvent | Relisted | PersistSettled | TimerFired
