/**
 * The numbers of the first and the last row that were acknowledged, in a file of its own: what tells rows that were lost from rows that
 * were never written. It is written after the row is on disk and without a sync of its own, so it may lag (after a power cut), never lead.
 *
 * @module
 */
import { Buffer } from 'node:buffer'
import { closeSync, constants, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { checksum } from './checksum.ts'

export interface Extent {
  readonly first: number
  /** `first - 1` when there is no row. */
  readonly last: number
}

export interface Head {
  /** Says that these rows are on disk. Never fails: a head that lags tells less, and nothing that is false. */
  readonly say: (first: number, last: number) => void
  readonly close: () => void
}

const headName = 'head'

const padded = (row: number): string => String(row).padStart(16, '0')

const lineOf = ({ first, last }: Extent): string => {
  const text = `${padded(first)} ${padded(last)}`
  return `${text} ${checksum(text)}\n`
}

const nothing: Extent = { first: 1, last: 0 }

/** The rows that were said to be on disk; none when nothing, or nothing readable, was said. */
export const readHead = (dir: string, name: string = headName): Extent => {
  try {
    const line = firstBytes(join(dir, name), lineOf(nothing).length + 1)
    const extent = { first: Number(line.slice(0, 16)), last: Number(line.slice(17, 33)) }
    return line === lineOf(extent) ? extent : nothing
  } catch {
    return nothing
  }
}

/** A replay reads what somebody sent: a pipe or a device under this name is not waited for, nor read to its end. */
const firstBytes = (path: string, count: number): string => {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const bytes = Buffer.alloc(count)
    return bytes.toString('latin1', 0, readSync(file, bytes))
  } finally {
    closeSync(file)
  }
}

/** Opens the file for writing, in place: what stands in it stays until the next word. */
export const openHead = (dir: string, name: string = headName): Head => {
  const file = openSync(join(dir, name), constants.O_RDWR | constants.O_CREAT, 0o600)
  const quietly = (act: () => unknown): void => {
    try {
      act()
    } catch {
      // Too little is said then; see above.
    }
  }
  return {
    say: (first, last) => quietly(() => writeSync(file, Buffer.from(lineOf({ first, last })), 0, undefined, 0)),
    close: () => {
      quietly(() => fsyncSync(file))
      quietly(() => closeSync(file))
    },
  }
}
