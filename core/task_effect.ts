/**
 * What the core can ask containerd and its surroundings about one container: reads, the Wait, and the calls that destroy.
 *
 * @module
 */
import type { CallId, ContainerKey, RunId } from './ids.ts'

/** Read the container's record (Containers.Get) and match it with the selectors. A read. */
export interface LoadContainer {
  readonly _tag: 'LoadContainer'
  readonly container: ContainerKey
  readonly call: CallId
}

/** Read the task (Tasks.Get). A read. Upstream's step 1. */
export interface LoadTask {
  readonly _tag: 'LoadTask'
  readonly container: ContainerKey
  readonly call: CallId
}

/** Open a Wait for the task, then Get it to learn which run the Wait is bound to. Answered when the Wait ends. */
export interface WatchTask {
  readonly _tag: 'WatchTask'
  readonly container: ContainerKey
  readonly call: CallId
}

/** Give up the Wait of this call; it is not answered. */
export interface UnwatchTask {
  readonly _tag: 'UnwatchTask'
  readonly container: ContainerKey
  readonly call: CallId
}

/** Read how many processes of the container's cgroup the kernel killed for want of memory (Tasks.Metrics). Bounded to about 1 s. */
export interface ReadOomKills {
  readonly _tag: 'ReadOomKills'
  readonly container: ContainerKey
  readonly call: CallId
}

/** Tell NRI plugins that the run exited (StopContainer). Failure never blocks the rest. */
export interface NotifyNriExit {
  readonly _tag: 'NotifyNriExit'
  readonly container: ContainerKey
  readonly call: CallId
  readonly run: RunId
  readonly exitCode: number
}

/** SIGKILL all that the run left behind. Init has gone before, so there is nothing to wait for. Destructive: never cut off, never repeated by the shell. */
export interface KillTask {
  readonly _tag: 'KillTask'
  readonly container: ContainerKey
  readonly call: CallId
}

/** Cancel the IO that the library's user attached to the run and wait for it, bounded. */
export interface DrainIo {
  readonly _tag: 'DrainIo'
  readonly container: ContainerKey
  readonly call: CallId
  readonly run: RunId
}

/** Close the IO that the library's user attached to the run. Comes on every path. Not answered. */
export interface CloseIo {
  readonly _tag: 'CloseIo'
  readonly container: ContainerKey
  readonly run: RunId
}

/** Tasks.Delete. Destructive: carries no deadline, is never cut off, never repeated by the shell. Upstream's step 2. */
export interface DeleteTask {
  readonly _tag: 'DeleteTask'
  readonly container: ContainerKey
  readonly call: CallId
}

/**
 * Tasks.Delete for a task that a Get just said is not there: what makes containerd shut a leaked shim down. Destructive, like
 * `DeleteTask`; upstream's step 3, where NotFound is the normal answer and means success.
 */
export interface CleanUpTask {
  readonly _tag: 'CleanUpTask'
  readonly container: ContainerKey
  readonly call: CallId
}

/** Cut off the destructive call after all: only with `onHandlingTimeout: 'cancel'` or past `deleteHardLimitMs`. Not answered itself. */
export interface CancelCall {
  readonly _tag: 'CancelCall'
  readonly container: ContainerKey
  readonly call: CallId
}
