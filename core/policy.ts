/**
 * The numbers and choices that the machine obeys, each with its reason. Data only.
 *
 * @module
 */

export interface Policy {
  /** Time one attempt at handling an exit may take before it goes to back-off, ms. containerd's CRI plugin allows 10 s. */
  readonly handlingTimeoutMs: number
  /**
   * What becomes of a Delete that outlives its attempt. `join`: it stays in flight and the retry waits for it, because a cut-off
   * `runc delete` is what leaks shims. `cancel`: it is cut off, as containerd's CRI plugin does.
   */
  readonly onHandlingTimeout: 'join' | 'cancel'
  /** After this long a joined Delete is cut off after all, ms; undefined: never. */
  readonly deleteHardLimitMs: number | undefined
  /** Whose word on a sandbox's exit counts: the `first` (as for containers) or the `last` (as containerd's CRI plugin). */
  readonly sandboxExit: 'first' | 'last'
  /** First delay after a failure, ms; doubled with each further one. */
  readonly backoffFirstMs: number
  /** Longest delay between attempts, ms. Attempts never end: an exit that is given up on is a leaked shim. */
  readonly backoffCapMs: number
  /** Exits handled side by side. Deletes of containers that share a disk stop getting faster at about this many. */
  readonly maxHandlings: number
  /**
   * How long an attempt may hold its slot, ms. What takes longer goes on without one: else as many Deletes as there are slots, all hung,
   * would hold up every exit on the host for the whole time of their attempts.
   */
  readonly slowAfterMs: number
  /** How long a look at the task counts as "just now", ms. Longer ago, containerd is asked again before anything is deleted. */
  readonly justNowMs: number
  /** Time other clients get to delete their own task before we do, ms. */
  readonly deleteGraceMs: number
  /**
   * Time an exit that was only inferred waits for better word of it, ms. After a restart of containerd, shims publish their exits
   * again at growing distances of at most 6 s, and that is the only source of those codes.
   */
  readonly inferredGraceMs: number
  /** Whether NRI plugins are to be told; false skips the step. */
  readonly nri: boolean
  /** Whether the library's user may have attached IO to runs; false skips the step. */
  readonly io: boolean
  /** Whether an exit with code 137 is checked for an OOM kill before it is recorded. */
  readonly oomCheck: boolean
  /**
   * Whether a run is written down when it is first seen to run, so that one that ends while nobody looks (we are not there, the host is
   * booted) is known to have been: its end is announced, as 255 if nobody can tell it any more. One row a start, on nobody's way.
   */
  readonly recordRunning: boolean
  /** Whether only containers that match a selector are ours; then a container that cannot be looked up is not ours. */
  readonly selective: boolean
  /**
   * Whether the task of a run that is over is swept away when it is found still there. Not in a dry run, where every task is still there
   * at every listing, and what would be done has been said.
   */
  readonly sweepLeftBehind: boolean
  /** How long the exits of deleted containers are remembered, ms, so that a late repeat is known as one. */
  readonly rememberMs: number
}

export const defaultPolicy: Policy = {
  handlingTimeoutMs: 10_000,
  onHandlingTimeout: 'join',
  deleteHardLimitMs: undefined,
  sandboxExit: 'first',
  backoffFirstMs: 1_000,
  backoffCapMs: 300_000,
  maxHandlings: 8,
  slowAfterMs: 500,
  justNowMs: 2_000,
  deleteGraceMs: 0,
  inferredGraceMs: 7_000,
  nri: false,
  io: false,
  oomCheck: true,
  recordRunning: true,
  selective: false,
  sweepLeftBehind: true,
  rememberMs: 300_000,
}
