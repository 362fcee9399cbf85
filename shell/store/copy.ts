/**
 * Reading what can be read of a store whose files are not to be touched: all of it happens on a copy.
 *
 * @module
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { Extent } from './head.ts'
import { readRow, readSpan, type Row, rowOf, type Span, spanKey } from './row.ts'
import { rowsIn } from './rows.ts'
import { type Entry, type OpenTable, repairLevel } from './table.ts'

export interface Found {
  readonly span: Span | undefined
  /** In the order of their numbers, in which there may be gaps. */
  readonly rows: ReadonlyArray<Row>
  /** Highest number that any key names, damaged or not. */
  readonly last: number
}

export const lostOf = ({ span, rows, last }: Found, head: Extent): number =>
  Math.max(0, Math.max(head.last, last) - (span?.first ?? head.first) + 1 - rows.length)

/**
 * Copies the rows of the store in `dir` to `copy`, in the place of what is there. Links are followed, for through a link in the copy the
 * originals would be written to; what is no file is left out, for a device has no end. The lock is the process's, and reading it would
 * let go of it.
 */
export const copyRows = (dir: string, copy: string): void => {
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(rowsIn(dir))) {
    const path = join(rowsIn(dir), name)
    if (name !== 'LOCK' && statSync(path).isFile()) copyFileSync(path, join(copy, name))
  }
}

/** Every row of a copy that verifies. The copy is taken apart on the way. */
export const readCopy = async (copy: string, openTable: OpenTable): Promise<Found> => {
  const whole = existsSync(join(copy, 'CURRENT')) && await readable(copy, openTable)
  const entries = whole === false || !whole.complete
    ? [...(whole === false ? [] : whole.entries), ...await repaired(copy, openTable)]
    : whole.entries
  const byRow = new Map<number, Row>()
  let span: Span | undefined
  let last = 0
  for (const [key, value] of entries) {
    const row = rowOf(key)
    if (key === spanKey) {
      const read = readSpan(value)
      if (E.isRight(read)) span = read.right
    }
    if (row === undefined) continue
    last = Math.max(last, row)
    const read = readRow(row, value)
    if (E.isRight(read)) byRow.set(row, read.right)
  }
  const rows = [...byRow.values()].filter(({ row }) => row >= (span?.first ?? 0)).sort((a, b) => a.row - b.row)
  return { span, rows, last }
}

interface Readable {
  readonly entries: ReadonlyArray<Entry>
  readonly complete: boolean
}

const readable = async (dir: string, openTable: OpenTable): Promise<Readable> => {
  const entries: Array<Entry> = []
  try {
    const table = await openTable(dir)
    try {
      for await (const some of table.entries('')) for (const entry of some) entries.push(entry)
    } finally {
      await table.close()
    }
    return { entries, complete: true }
  } catch {
    return { entries, complete: false }
  }
}

const repaired = async (dir: string, openTable: OpenTable): Promise<ReadonlyArray<Entry>> => {
  try {
    await repairLevel(dir)
  } catch {
    return []
  }
  return (await readable(dir, openTable)).entries
}
