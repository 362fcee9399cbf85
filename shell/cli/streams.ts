/**
 * Where the program writes: handed in, so that tests can listen.
 *
 * @module
 */

export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** What became of what was written to `out`; without it all of it is taken at once. */
  readonly outlet?: Outlet
}

/** The state of a stream whose reader may be slow, or gone. */
export interface Outlet {
  /** What is written now would be left out. */
  readonly isFull: () => boolean
  /** Whether all that was written so far has been taken; never again once the reader is gone. */
  readonly flush: () => Promise<boolean>
}

export const openOutlet: Outlet = { isFull: () => false, flush: () => Promise.resolve(true) }
