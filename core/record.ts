/**
 * What is written down: the rows of the retained log. Each is an upsert of all that is known of one thing, so that a log can be
 * cut anywhere and the newest row of each thing is its truth.
 *
 * @module
 */
import type { Exit } from './exit.ts'
import type { Millis, Nanos, RunId } from './ids.ts'
import type { Metadata } from './metadata.ts'

/** A run, from being seen to run until the handling of its exit is over. */
export interface RunRecord {
  readonly _tag: 'RunRecord'
  readonly run: RunId
  readonly metadata: Metadata
  /** undefined: the run goes on. */
  readonly exit: Exit | undefined
  readonly oomKilled: boolean
  /** NRI plugins have been told; not again after a restart. */
  readonly notified: boolean
  /** Attempts at handling that have failed. */
  readonly attempts: number
  readonly lastError: string | undefined
  /** `open`: still to be handled. `announced`: STOPPED is out, a look for a leaked shim is owed. `closed`: nothing is owed. */
  readonly standing: 'open' | 'announced' | 'closed'
  readonly at: Millis
  /** The run ended with an earlier boot of the host than this row was written in: its pid names nothing any more. */
  readonly formerBoot?: true
  /** What was done about the exit so far, oldest first. Left out while nothing was. */
  readonly trail?: ReadonlyArray<TrailStep>
}

/** A step of a handling: what was asked for, or `fail`, which says what went wrong and ended the attempt. */
export interface TrailStep {
  /** `cut`: of what came before only the end is kept. `resume`: a reaper was started and took the handling up. */
  readonly what: 'count' | 'write' | 'look' | 'notify' | 'kill' | 'drain' | 'delete' | 'clean' | 'fail' | 'wait' | 'resume' | 'cut'
  readonly at: Millis
  readonly error?: string
}

/** The exit turned out to be false, or the container not ours: as if no row had been written for this run. */
export interface RunDropped {
  readonly _tag: 'RunDropped'
  readonly run: RunId
}

export interface SandboxRecord {
  readonly _tag: 'SandboxRecord'
  readonly namespace: string
  readonly id: string
  readonly exit: Exit
  readonly at: Millis
}

/**
 * One announcement. `(namespace, id, pid, generation)` is the same in every repeat, and so is `seq`.
 *
 * `CONTAINER_STOPPED` is CRI's event of that name, and comes once a run. `CONTAINER_UPDATED` says that a run announced before now
 * has another reason or sandbox status; CRI has no such type.
 */
export interface Announcement {
  readonly _tag: 'Announcement'
  readonly seq: number
  readonly type: 'CONTAINER_STOPPED' | 'CONTAINER_UPDATED'
  readonly run: RunId
  readonly sandboxId: string | undefined
  readonly exitCode: number
  readonly exitedAt: Nanos
  readonly reason: ShownReason
  /** Attempts it took, 1 when the first succeeded. */
  readonly attempts: number
  /** From the exit being seen to the announcement being written, ms. */
  readonly handlingMs: number
  readonly at: Millis
}

/** The reason as CRI renders it. */
export type ShownReason = 'Completed' | 'Error' | 'OOMKilled' | 'Unknown'

export type ReaperRecord = RunRecord | RunDropped | SandboxRecord | Announcement
