/**
 * All that the interpreter and the sources may use of the world, handed to them. Nothing else of the shell reads a clock, draws lots
 * or holds a connection.
 *
 * @module
 */
import { type Announcement, type Millis, millis, type Policy, type ReaperEvent, type ReaperRecord, type RunId } from '../core/index.ts'
import type { Clock } from './clock.ts'
import type { Containerd } from './containerd/client.ts'
import type { Log } from './log.ts'
import type { NriPort } from './nri/reaper/port.ts'
import type { Shims } from './shim/shims.ts'
import type { Calls } from './task/calls.ts'
import type { Signal } from './task/cancellable.ts'
import type { Store } from './store/port.ts'
import type { Limit } from './task/limit.ts'

/** What the library's user attached to a run: the output it copies, say. Every part is optional and may be called once. */
export interface AttachedIo {
  /** Stop opening what has not been opened yet. */
  readonly cancel?: () => void
  /** Resolves when all output has been copied. It is waited for, but only so long. */
  readonly wait?: () => Promise<void>
  /** Release everything. Comes on every path, whether `wait` has ended or not. */
  readonly close?: () => void
}

export interface IoPort {
  /** The IO of a run, or undefined when there is none. Asked when the run has exited, and then not again until it was closed. */
  readonly attach: (run: RunId) => AttachedIo | undefined
}

/** How long each kind of call may take, ms. Destructive calls have no limit here: see `Policy.deleteHardLimitMs`. */
export interface CallLimits {
  readonly loadTimeoutMs: number
  readonly oomReadTimeoutMs: number
  readonly drainTimeoutMs: number
  readonly relistPeriodMs: number
  /** Share of a delay that is drawn by lot, 0 to 1. */
  readonly jitter: number
}

export const defaultCallLimits: CallLimits = {
  loadTimeoutMs: 2_000,
  oomReadTimeoutMs: 1_000,
  drainTimeoutMs: 2_000,
  relistPeriodMs: 300_000,
  jitter: 0.2,
}

export interface Env {
  /** The end: whatever is still in flight is given up. */
  readonly signal: Signal
  /** The beginning of the end: nothing new is begun that destroys, and no more events are taken in. */
  readonly stopping: Signal
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly containerd: Containerd
  readonly store: Store<ReaperRecord>
  readonly policy: Policy
  readonly limits: CallLimits
  readonly namespaces: ReadonlyArray<string>
  readonly selectors: ReadonlyArray<string>
  /** Say what would be done, and do nothing that cannot be undone. */
  readonly dryRun: boolean
  readonly io: IoPort | undefined
  /** NRI plugins, where there are any to tell. */
  readonly nri?: NriPort | undefined
  /** What is asked for exits while containerd is away, where it can be. */
  readonly shims?: Shims | undefined
  /** Hands an event to the loop. A promise asks whoever can wait to do so. */
  readonly post: (event: ReaperEvent) => Promise<void> | undefined
  /** A released announcement: it is in the log. */
  readonly announce: (announcement: Announcement) => void
  /** A released signal: whoever awaits the end of this run is told. */
  readonly signalStopped: (announcement: Announcement) => void
  /** Calls in flight that can be given up or cut off by their id. */
  readonly calls: Calls
  /** Reads side by side, so that a thousand containers do not ask all at once. */
  readonly reads: Limit
}

/** The time as events carry it. */
export const now = ({ clock }: Pick<Env, 'clock'>): Millis => millis(clock.now())
