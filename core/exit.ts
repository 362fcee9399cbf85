/**
 * What is known of an exit, and which of two reports of the same exit is believed.
 * Knows nothing of tasks, calls or phases.
 *
 * @module
 */
import { type Nanos, nanos } from './ids.ts'

/**
 * How an exit is known, best first.
 *
 * - `observed`: a Wait result, the exit event of a live shim, or a STOPPED task told it.
 * - `synthesised`: containerd made it up for a shim that died (137, often with pid 0).
 * - `inferred`: the task is gone and nobody said how it ended.
 */
export type ExitRank = 'observed' | 'synthesised' | 'inferred'

export interface Exit {
  /** Exit status as containerd has it: 0 to 255 on Linux, 128 + signal for a death by signal; up to 2^32 - 1 elsewhere. */
  readonly code: number
  readonly at: Nanos
  readonly rank: ExitRank
}

/** The code of an exit that nobody saw (containerd's `unknownExitCode`). */
export const unknownExitCode = 255

/** The last moment at which it can have taken place: an inferred one has the time at which we heard of it, cut to a millisecond. */
export const latest = ({ at, rank }: Exit): Nanos => (rank === 'inferred' ? nanos(at + 999_999n) : at)

const worth: Readonly<Record<ExitRank, number>> = { inferred: 0, synthesised: 1, observed: 2 }

/** Whether `found` is better knowledge than `known`. Of equal rank the first counts: an exit happens once. */
export const outranks = (found: Exit, known: Exit): boolean => worth[found.rank] > worth[known.rank]

/** Whether `found` is better knowledge, and says something else: of the same code and time nothing more needs to be written. */
export const corrects = (found: Exit, known: Exit): boolean =>
  outranks(found, known) && (found.code !== known.code || found.at !== known.at)

/** The better of the two. */
export const better = (known: Exit, found: Exit): Exit => (outranks(found, known) ? found : known)
