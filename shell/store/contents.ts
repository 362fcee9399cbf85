/**
 * All that a store holds, read and verified: every checksum, every record, and that the numbers of the rows follow without a gap.
 * Changes nothing, except that it carries out an upgrade that the format asks for.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { formatKey, putFormat, putSpan, readFormat, readRow, readSpan, type Row, rowOf, type Span, spanKey } from './row.ts'
import type { Entry, Table } from './table.ts'
import { upgradeOps } from './upgrade.ts'

export interface Contents {
  readonly span: Span
  /** In order. The last one's number is `span.first + rows.length - 1`. */
  readonly rows: ReadonlyArray<Row>
}

/** Number of the last row, `first - 1` when there is none. */
export const lastOf = ({ span, rows }: Contents): number => span.first + rows.length - 1

/** Everything in the table as it is. */
export const allEntries = async (table: Table): Promise<ReadonlyArray<Entry>> => {
  const all: Array<Entry> = []
  for await (const some of table.entries('')) for (const entry of some) all.push(entry)
  return all
}

/**
 * What is in the table, or the first thing that is wrong with it. A table that is quite empty is given its first rows.
 *
 * @param atLeast number of a row that is known to have been written: one that is missing is a loss, also at the end.
 */
export const readContents = async (table: Table, boot: string, atLeast: number): Promise<E.Either<string, Contents>> => {
  const entries = await allEntries(table)
  if (entries.length === 0 && atLeast === 0) {
    const span: Span = { first: 1, boot, bootFirst: 1, acknowledged: 0, dropped: 0 }
    await table.write([putFormat, putSpan(span)])
    return E.right({ span, rows: [] })
  }
  const version = readFormat(new Map(entries.filter(([key]) => key === formatKey)).get(formatKey))
  if (E.isLeft(version)) return version
  const upgraded = upgradeOps(version.right, entries)
  if (E.isLeft(upgraded)) return upgraded
  if (upgraded.right.length === 0) return verify(entries, atLeast)
  await table.write(upgraded.right)
  return verify(await allEntries(table), atLeast)
}

const verify = (entries: ReadonlyArray<Entry>, atLeast: number): E.Either<string, Contents> => {
  const span = readSpan(entries.find(([key]) => key === spanKey)?.[1])
  if (E.isLeft(span)) return span
  const rows: Array<Row> = []
  let next = span.right.first
  for (const [key, value] of entries) {
    if (key === formatKey || key === spanKey) continue
    const row = rowOf(key)
    if (row === undefined) return E.left(`${JSON.stringify(key)}: wanted the key of a row, found this`)
    if (row !== next) return E.left(`row ${next}: wanted it after row ${next - 1}, found row ${row}: ${gap(row - next)}`)
    const read = readRow(row, value)
    if (E.isLeft(read)) return read
    rows.push(read.right)
    next++
  }
  if (next <= atLeast) return E.left(`row ${next}: wanted rows up to ${atLeast}, found none from here on: ${gap(atLeast + 1 - next)}`)
  return E.right({ span: span.right, rows })
}

const gap = (missing: number): string => missing === 1 ? '1 row is lost' : missing > 1 ? `${missing} rows are lost` : 'it is out of order'
