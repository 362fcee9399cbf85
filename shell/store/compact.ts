/**
 * Leaving out the rows that may go: those that stay are written again under new numbers that follow the old ones without a gap, in the
 * same write that removes the old. Before it the store is as it was, after it smaller; there is no between.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Kept } from './ledger.ts'
import { put, putRecord, putSpan, type Row, rowKey, rowOf, rowsFrom, sizeOf, type Span, unseal } from './row.ts'
import type { Op, Table } from './table.ts'

export interface Compaction {
  readonly ops: ReadonlyArray<Op>
  readonly span: Span
  /** Rows that come after those that stay. */
  readonly standIns: ReadonlyArray<Row>
}

/**
 * The write that leaves only `kept`.
 *
 * @param last number of the last row there is.
 * @returns in one line what is wrong with a row that was read, if one is damaged: then nothing may go.
 */
export const compaction = async (table: Table, kept: Kept, span: Span, last: number): Promise<E.Either<string, Compaction>> => {
  const stays = new Set(kept.rows)
  const removed: Array<Op> = []
  const written: Array<Op> = []
  const first = last + 1
  let bootFirst = first + kept.rows.length
  for await (const entries of table.entries(rowsFrom)) {
    for (const [key, value] of entries) {
      const row = rowOf(key)
      if (row === undefined) continue
      removed.push({ type: 'del', key })
      if (!stays.has(row)) continue
      const payload = unseal(key, value)
      if (E.isLeft(payload)) return payload
      const next = first + written.length
      if (row >= span.bootFirst) bootFirst = Math.min(bootFirst, next)
      written.push(put(rowKey(next), payload.right))
    }
  }
  if (written.length !== stays.size) return E.left(`rows: wanted ${stays.size} that stay, found ${written.length}`)
  const after: Span = { ...span, first, bootFirst, dropped: Math.max(span.dropped, kept.dropped) }
  const standIns = kept.standIns.map((record, place): Row => {
    const row = first + written.length + place
    return { row, record, bytes: sizeOf(rowKey(row), JSON.stringify(record)) }
  })
  const more = standIns.map(({ row, record }) => putRecord(row, record))
  return E.right({ span: after, ops: [...removed, ...written, ...more, putSpan(after)], standIns })
}
