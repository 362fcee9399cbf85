/**
 * Where a run stands. A run is always in exactly one phase; what a phase waits for is in its fields, under the call it asked with.
 * Types only, but for the questions that the slots ask.
 *
 * @module
 */
import type { Exit } from '../exit.ts'
import type { CallId, Millis, RunId } from '../ids.ts'
import type { Handling } from './handling.ts'
import type { Oom } from './oom_kill.ts'

export type { Handling, Oom }

/** One life of a task. */
export interface Run {
  readonly id: RunId
  /** The kernel killed a process of it for want of memory. */
  readonly oom: Oom
  readonly phase: Phase
  /** Ended with an earlier boot of the host: see pid.ts. */
  readonly formerBoot?: true
}

/** The task is believed to run. */
export interface Running {
  readonly _tag: 'Running'
  /** The open Wait, or undefined while there is none. */
  readonly watch: CallId | undefined
  /** The timer after which the Wait is opened again. */
  readonly rewatch: CallId | undefined
  readonly watchFailures: number
  /** containerd lost the shim: an exit that it reports from now on is one it made up. */
  readonly shimClosed: boolean
  /** A row says that it runs, or is on its way to the disk. */
  readonly noted?: true
}

/** Exited with 137: the OOM counter is read before the exit is recorded, so that the reason is in the record. */
export interface Examining {
  readonly _tag: 'Examining'
  readonly call: CallId
  readonly handling: Handling
}

/** The exit is known, and visible to everyone who asks; its handling waits for something. */
export interface Recorded {
  readonly _tag: 'Recorded'
  /** `metadata`: whose it is. `disk`: the record's write. `grace`: others. `turn`: the run before it. `slot`: the cap. */
  readonly waitsFor: 'metadata' | 'disk' | 'grace' | 'turn' | 'slot'
  readonly call: CallId
  readonly handling: Handling
}

/** In an attempt, waiting for the answer of `call`. */
interface Asking<Tag extends string> {
  readonly _tag: Tag
  readonly call: CallId
  readonly handling: Handling
}

/** In an attempt, waiting for a call that destroys: asked at `since`, and never cut off by the attempt's end. */
interface Destroying<Tag extends string> extends Asking<Tag> {
  readonly since: Millis
}

export type Loading = Asking<'Loading'>
export type Notifying = Asking<'Notifying'>
export type Killing = Destroying<'Killing'>
export type Draining = Asking<'Draining'>
export type Deleting = Destroying<'Deleting'>
export type Cleaning = Destroying<'Cleaning'>

/** An attempt failed or took too long; the next one waits for the timer `call`, or for the answer of the one call still in flight. */
export interface BackingOff {
  readonly _tag: 'BackingOff'
  readonly call: CallId
  readonly until: Millis
  /** A destructive call that outlived its attempt. It is joined, never asked again. */
  readonly outstanding: Outstanding | undefined
  readonly handling: Handling
}

export interface Outstanding {
  readonly what: 'Kill' | 'Delete' | 'CleanUp'
  readonly call: CallId
  readonly since: Millis
}

/** The task is dealt with; status and announcement are being written, in one write. */
export interface Recording {
  readonly _tag: 'Recording'
  readonly call: CallId
  /** undefined when the announcement has gone out already, from the sandbox's own machine. */
  readonly seq: number | undefined
  /** A better exit, told since: it counts if this write fails. */
  readonly later: Exit | undefined
  readonly handling: Handling
}

/** STOPPED is out, but the shim could not be reached: look for what may be left of it. Holds no slot. */
export interface Announced {
  readonly _tag: 'Announced'
  readonly doing: 'Loading' | 'Deleting' | 'Cleaning' | 'Waiting' | 'Closing'
  readonly call: CallId
  /** When `call` was asked. */
  readonly since: Millis
  /** While a call that destroys is in flight: the timer by which it is seen to take long. */
  readonly patience: CallId | undefined
  /** What the run is once nothing is owed any more. */
  readonly over: Exited
  readonly handling: Handling
}

/** Over. Kept while the container is, to answer who asks and to know repeats. */
export interface Exited {
  readonly _tag: 'Exited'
  readonly exit: Exit
  readonly seq: number | undefined
  readonly handlingMs: number
  readonly attempts: number
}

/** A run whose exit is being handled. */
export type HandlingPhase = Examining | Recorded | Attempting | BackingOff | Recording
export type Phase = Running | HandlingPhase | Announced | Exited

/** A run in the middle of an attempt. */
export type Attempting = Loading | Notifying | Killing | Draining | Deleting | Cleaning

/** Whether an attempt is being made. */
export const inAttempt = (phase: Phase): phase is Attempting =>
  phase._tag === 'Loading' || phase._tag === 'Notifying' || phase._tag === 'Killing' || phase._tag === 'Draining' ||
  phase._tag === 'Deleting' || phase._tag === 'Cleaning'

/** Whether a handling in this phase counts against the cap. */
export const holdsSlot = (phase: Phase): boolean => inAttempt(phase) && !phase.handling.slow

/** Whether a handling in this phase waits for a slot. */
export const wantsSlot = (phase: Phase): boolean => phase._tag === 'Recorded' && phase.waitsFor === 'slot'

/** The exit has been seen and its announcement is not out yet. */
export const inHandling = (phase: Phase): phase is HandlingPhase =>
  phase._tag !== 'Running' && phase._tag !== 'Announced' && phase._tag !== 'Exited'
