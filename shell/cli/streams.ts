/**
 * Where the program writes: handed in, so that tests can listen.
 *
 * @module
 */

export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}
