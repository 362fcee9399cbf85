/** What a matrix of kills needs of a containerd, real or embedded: containers that exit in the ways of the issue, and a look at what is left. */

/**
 * `plain`: exits, and its delete succeeds. `gone`: another client deletes the task at once. `back-off`: its first delete fails. `pause`: a
 * pause container, in a shim with another that exits with it. `sandbox`: of containerd's sandbox store. `oom`: killed for want of memory.
 */
export type Way = 'plain' | 'gone' | 'back-off' | 'pause' | 'sandbox' | 'oom'

/** A container that runs, and how it will end. */
export interface Exiting {
  readonly id: string
  readonly way: Way
  /** 0 for a sandbox, which has none. */
  readonly pid: number
  readonly code: number
  readonly reason: string
}

/** Containers that exit when they are told to. */
export interface Batch {
  readonly exiting: ReadonlyArray<Exiting>
  /** Lets them exit, and resolves when all have. Whoever deletes beside us has then done so. */
  readonly open: () => Promise<void>
}

export interface KillWorld {
  readonly address: string
  readonly namespace: string
  readonly folder: string
  readonly ways: ReadonlyArray<Way>
  /** Starts one container in each of the ways; `name` begins their ids. */
  readonly batch: (name: string, ways: ReadonlyArray<Way>, code: (way: Way) => number) => Promise<Batch>
  /** Tasks, shims, bundles and processes that nobody cleaned up, in words. */
  readonly left: () => Promise<ReadonlyArray<string>>
  /** What the daemon said last, if it says anything. */
  readonly log: () => string
}

/** The reason that must be told for a code. */
export const reasonFor = (way: Way, code: number): string => (way === 'oom' ? 'OOMKilled' : code === 0 ? 'Completed' : 'Error')
