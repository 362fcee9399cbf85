/**
 * What handling an exit has come to, whatever phase it is in: what is known, what has been done, and what is next.
 *
 * @module
 */
import type { Exit } from '../exit.ts'
import type { CallId, Millis } from '../ids.ts'
import type { TrailStep } from '../record.ts'

/** What handling an exit has come to, whatever phase it is in. */
export interface Handling {
  readonly exit: Exit
  /** When the exit was first seen. */
  readonly seenAt: Millis
  /** Attempts that failed. */
  readonly failures: number
  readonly lastError: string | undefined
  /** The exit record is on disk. Nothing destructive is asked for before. */
  readonly durable: boolean
  /** A better exit is known than the one on disk: it is written before anything is destroyed, for then nobody can tell it again. */
  readonly stale: boolean
  /**
   * What is to be done about the task. `unknown`: look first. `delete`: STOPPED, with our pid. `clean`: not there, but a shim may be.
   * `leave`: not ours to touch. `done`: dealt with.
   */
  readonly goal: 'unknown' | 'delete' | 'clean' | 'leave' | 'done'
  /** When containerd last bore the goal out; undefined when something has happened since that may have changed it. */
  readonly checkedAt: Millis | undefined
  /** The time that others, or better news, were allowed has been given. */
  readonly graced: boolean
  readonly notified: boolean
  readonly killed: boolean
  readonly drained: boolean
  /** A Delete or CleanUp of this attempt found less than the Get before it had promised; the second time is a failure. */
  readonly missed: boolean
  /** STOPPED goes out, but a look for a leaked shim is owed: it could not be reached, or the id is being used again. */
  readonly owed: boolean
  /** This attempt has had its slot for long enough, and goes on without. */
  readonly slow: boolean
  /** The timer that ends this attempt, or, before it is slow, its time with a slot. */
  readonly deadline: CallId | undefined
  /** The last steps that were taken, oldest first: nothing is decided by them. */
  readonly trail: ReadonlyArray<TrailStep>
}
