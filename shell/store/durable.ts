/**
 * An open store, as the port wants it: what was found in the directory, and the writer that adds to it.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ReaperRecord } from '../../core/index.ts'
import { type StoreFailed, storeFailed } from '../errors.ts'
import { readContents } from './contents.ts'
import { openHead } from './head.ts'
import type { Ownership } from './owner.ts'
import type { AnnouncementLog, Said, Store } from './port.ts'
import { readRow, rowKey } from './row.ts'
import type { OpenedRows } from './rows.ts'
import { reasonOf } from './table.ts'
import { makeWriter, type Writer, type WriterOptions } from './writer.ts'

/** A store on disk, with everything that the port leaves open. */
export interface DurableStore extends Store<ReaperRecord> {
  readonly earlierBoot: number
  readonly announcements: AnnouncementLog
}

const isClosed = 'it is closed'

export const beginStore = async (
  options: Omit<WriterOptions, 'head'>,
  owner: Ownership,
  opened: OpenedRows,
): Promise<DurableStore> => {
  const { dir, boot } = options
  const head = openHead(dir)
  const writer = makeWriter({ ...options, head }, opened)
  const { span } = opened.contents
  /** Kept for the one who asks first, who is the only one. */
  let found: ReadonlyArray<ReaperRecord> | undefined = opened.contents.rows.map(({ record }) => record)
  const earlierBoot = span.boot === boot ? Math.min(span.bootFirst - span.first, found.length) : found.length
  let closed = false
  const fail = (action: string, text: string): E.Either<StoreFailed, never> => E.left(storeFailed(`${action} the store in ${dir}`, text))
  await writer.tidy()
  return {
    earlierBoot,
    append: (batch) => async () => closed ? fail('write to', isClosed) : writer.append(batch),
    load: () => async () => {
      if (closed) return fail('load', isClosed)
      const records = found ?? await readAgain(writer, boot)
      found = undefined
      return typeof records === 'string' ? fail('load', records) : E.right(records)
    },
    close: () => async () => {
      if (closed) return fail('close', isClosed)
      closed = true
      await writer.idle()
      try {
        await writer.view().table?.close()
        return E.right(undefined)
      } catch (error) {
        return fail('close', reasonOf(error))
      } finally {
        head.close()
        await owner.release()
      }
    },
    announcements: {
      read: (from, limit) => async () => closed ? fail('read', isClosed) : read(writer, from, limit, (text) => fail('read', text)),
      acknowledge: (seq) => async () => closed ? fail('write to', isClosed) : writer.acknowledge(seq),
    },
  }
}

const readAgain = async (writer: Writer, boot: string): Promise<ReadonlyArray<ReaperRecord> | string> => {
  const { table } = writer.view()
  if (table === undefined) return 'it is being opened again'
  const contents = await readContents(table, boot, 0)
  return E.isLeft(contents) ? contents.left : contents.right.rows.map(({ record }) => record)
}

type Fail = (text: string) => E.Either<StoreFailed, never>

const read = async (writer: Writer, from: number, limit: number, fail: Fail): Promise<E.Either<StoreFailed, Said>> => {
  for (;;) {
    const { table, ledger, span, epoch } = writer.view()
    if (table === undefined) return fail('it is being opened again')
    const rows = ledger.said(from, limit)
    let values: ReadonlyArray<string | undefined>
    try {
      values = await table.getMany(rows.map(rowKey))
    } catch (error) {
      if (writer.view().epoch !== epoch) continue
      return fail(reasonOf(error))
    }
    // The rows have other numbers now.
    if (writer.view().epoch !== epoch) continue
    const announcements: Array<Said['announcements'][number]> = []
    for (const [place, row] of rows.entries()) {
      const value = values[place]
      const found = value === undefined ? E.left(`row ${row}: wanted an announcement, found nothing`) : readRow(row, value)
      if (E.isLeft(found)) return fail(found.left)
      if (found.right.record._tag === 'Announcement') announcements.push(found.right.record)
    }
    return E.right({ announcements, dropped: span.dropped })
  }
}
