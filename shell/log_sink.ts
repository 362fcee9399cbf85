/**
 * Standard output and error as sinks for log lines that a slow or vanished reader cannot turn against us: what waits is bounded, what
 * is left out is counted and said, and a closed pipe is no error. Knows nothing of what a line says.
 *
 * @module
 */
import process from 'node:process'
import type { Writable } from 'node:stream'
import type { Sink } from './log.ts'

/** A sink that can be waited for. */
export interface BoundedSink extends Sink {
  /** Resolves when everything taken so far is written, to true, or can never be, to false. */
  readonly flush: () => Promise<boolean>
  /** What is written now would be left out. */
  readonly isFull: () => boolean
}

export interface SinkOptions {
  /** Names the stream in complaints. */
  readonly name: string
  /** How many characters may wait for the reader before lines are left out. */
  readonly limit: number
  /** Hears once when lines begin to be left out, once when that is over, and once when the stream is closed. */
  readonly onTrouble: (complaint: string) => void
}

/** Lines to a stream that is not ours to wait for. */
export const boundedSink = (stream: Writable, { name, limit, onTrouble }: SinkOptions): BoundedSink => {
  let leftOut = 0
  let broken = false
  stream.on('error', (error) => {
    if (broken) return
    broken = true
    onTrouble(`Cannot write to ${name}: ${error.message}; no more lines are written there`)
  })
  return {
    write: (line) => {
      if (broken) return
      if (stream.writableLength > limit) {
        leftOut += 1
        if (leftOut === 1) onTrouble(`Cannot write to ${name}: its reader is too slow; lines are left out until it catches up`)
        return
      }
      if (leftOut > 0) onTrouble(`Writing to ${name} again: ${leftOut} lines were left out`)
      leftOut = 0
      stream.write(line)
    },
    // The callback of an empty write comes after all earlier ones, also when they fail.
    flush: () => broken ? Promise.resolve(false) : new Promise((resolve) => void stream.write('', (error) => resolve(error == null))),
    isFull: () => broken || stream.writableLength > limit,
  }
}

/** What the program writes to. */
export interface SystemSinks {
  readonly out: BoundedSink
  readonly err: BoundedSink
}

/** Eight million characters of log: minutes of an untroubled host, and no danger to one whose log reader hangs. */
const systemLimit = 8_000_000

/**
 * Standard output and standard error. Complaints about the first go to the second; complaints about the second go nowhere.
 * On Deno a pipe is written synchronously, so there a reader that hangs still holds the program up.
 */
export const systemSinks = (): SystemSinks => {
  const err = boundedSink(process.stderr, { name: 'standard error', limit: systemLimit, onTrouble: () => undefined })
  const onTrouble = (complaint: string): void => err.write(`${complaint}\n`)
  return { out: boundedSink(process.stdout, { name: 'standard output', limit: systemLimit, onTrouble }), err }
}
