/**
 * The one that writes: appends that come while a write is on its way share the next one, so a burst of exits costs a handful of fsyncs.
 * After an error nothing of the file is trusted: it is opened again, verified, and what was not acknowledged is taken back.
 *
 * @module
 */
import { setImmediate } from 'node:timers'
import * as E from 'fp-ts/lib/Either.js'
import type { ReaperRecord } from '../../core/index.ts'
import type { Clock } from '../clock.ts'
import { type StoreFailed, storeFailed } from '../errors.ts'
import type { Log } from '../log.ts'
import { compaction } from './compact.ts'
import { lastOf } from './contents.ts'
import type { Head } from './head.ts'
import { type Ledger, makeLedger, type Retention } from './ledger.ts'
import { putRecord, putSpan, rowKey, sizeOf, type Span } from './row.ts'
import { type OpenedRows, openRows, type RowsOptions } from './rows.ts'
import { type Op, reasonOf, type Table } from './table.ts'

export interface WriterOptions extends Omit<RowsOptions, 'atLeast'> {
  readonly retention: Retention
  readonly clock: Clock
  readonly log: Log
  readonly head: Head
}

/** The rows as they can be read now. They are another table, under other numbers, once `epoch` has changed. */
export interface View {
  readonly table: Table | undefined
  readonly ledger: Ledger
  readonly span: Span
  readonly epoch: number
}

export interface Writer {
  readonly append: (records: ReadonlyArray<ReaperRecord>) => Promise<E.Either<StoreFailed, void>>
  readonly acknowledge: (seq: number) => Promise<E.Either<StoreFailed, void>>
  readonly view: () => View
  /** Drops what retention lets go, if that is worth it. */
  readonly tidy: () => Promise<void>
  /** Ends when all that was asked for is done. */
  readonly idle: () => Promise<void>
}

interface Pending {
  readonly records: ReadonlyArray<ReaperRecord>
  readonly acknowledged: number
  readonly settle: (outcome: E.Either<StoreFailed, void>) => void
}

export const makeWriter = (options: WriterOptions, { table: first, contents }: OpenedRows): Writer => {
  const { dir, boot, retention, clock, log, head } = options
  let table: Table | undefined = first
  let span = contents.span
  let last = lastOf(contents)
  let ledger = makeLedger(contents.rows)
  let epoch = 0
  /** Bytes of all rows when it was last asked what could go. */
  let lastLook = 0
  let lookedAt = Number.NEGATIVE_INFINITY
  let queue: Array<Pending> = []
  let working: Promise<void> | undefined
  const failed = (text: string): E.Either<StoreFailed, never> => E.left(storeFailed(`write to the store in ${dir}`, text))

  const ask = (pending: Omit<Pending, 'settle'>): Promise<E.Either<StoreFailed, void>> =>
    new Promise((settle) => {
      queue.push({ ...pending, settle })
      working ??= work()
    })

  const work = async (): Promise<void> => {
    // Whatever else happens in this turn of the loop shares the write.
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.length > 0) {
      const batch = queue
      queue = []
      const outcome = await commit(batch)
      for (const { settle } of batch) settle(outcome)
      if (E.isRight(outcome)) await tidy()
    }
    working = undefined
  }

  const commit = async (batch: ReadonlyArray<Pending>): Promise<E.Either<StoreFailed, void>> => {
    const problem = table === undefined ? await revive() : undefined
    if (problem !== undefined || table === undefined) return failed(problem ?? 'it is closed')
    const records = batch.flatMap((pending) => pending.records)
    const acknowledged = batch.reduce((highest, pending) => Math.max(highest, pending.acknowledged), span.acknowledged)
    const fresh = records.length > 0 && span.boot !== boot
    const next: Span = fresh ? { ...span, acknowledged, boot, bootFirst: last + 1 } : { ...span, acknowledged }
    const puts = records.map((record, place) => putRecord(last + 1 + place, record))
    const ops: ReadonlyArray<Op> = fresh || acknowledged !== span.acknowledged ? [...puts, putSpan(next)] : puts
    try {
      if (ops.length > 0) await table.write(ops)
    } catch (error) {
      return failed(await breakDown(error))
    }
    records.forEach((record, place) => {
      const row = last + 1 + place
      const op = puts[place]
      ledger.add({ row, record, bytes: op?.type === 'put' ? sizeOf(rowKey(row), op.value) : 0 })
    })
    last += records.length
    span = next
    if (records.length > 0) head.say(span.first, last)
    return E.right(undefined)
  }

  /** Nothing is known of what the failed write has left behind. */
  const breakDown = async (error: unknown): Promise<string> => {
    const text = hint(reasonOf(error))
    log.error('the store cannot be written: it is opened again', { dir, error: text })
    const broken = table
    table = undefined
    epoch++
    await broken?.close().catch(() => undefined)
    await revive()
    return text
  }

  /** Opens the rows again, and takes back what was never acknowledged. Gives the problem, if it still cannot be done. */
  const revive = async (): Promise<string | undefined> => {
    const opened = await openRows({ ...options, atLeast: last })
    if (E.isLeft(opened)) return hint(opened.left.text)
    const found = opened.right.contents
    const compacted = found.span.first !== span.first
    const rows = compacted ? found.rows : found.rows.slice(0, last - span.first + 1)
    const unacknowledged = found.rows.slice(rows.length)
    const known = compacted ? found.span : span
    try {
      // Written in any case: it shows that the disk takes writes again.
      await opened.right.table.write([...unacknowledged.map(({ row }): Op => ({ type: 'del', key: rowKey(row) })), putSpan(known)])
    } catch (error) {
      await opened.right.table.close().catch(() => undefined)
      return hint(reasonOf(error))
    }
    span = known
    last = span.first + rows.length - 1
    ledger = makeLedger(rows)
    table = opened.right.table
    epoch++
    head.say(span.first, last)
    log.warn('the store can be written again', { dir, rows: rows.length })
    return undefined
  }

  const tidy = async (): Promise<void> => {
    const { all, over } = ledger.sizes()
    const slack = Math.min(4 * 1_024 * 1_024, retention.maxBytes / 8)
    const now = clock.now()
    const isDue = now - lookedAt >= lookEveryMs
    if (table === undefined || (all - lastLook < slack && !isDue)) return
    lastLook = all
    lookedAt = now
    const kept = ledger.keep(retention, span.acknowledged, now)
    const garbage = all - kept.bytes
    const isWorthIt = garbage >= slack / 2 && (garbage >= kept.bytes / 2 || over > retention.maxBytes)
    // What is not needed any more goes within the hour also where little is written, but not for a few rows of many.
    const going = isDue ? ledger.going(kept) : 0
    const isTime = going > 0 && going >= kept.bytes / 16
    if (!isWorthIt && !isTime) return
    try {
      const planned = await compaction(table, kept, span, last)
      if (E.isLeft(planned)) {
        log.error('the store cannot be tidied: it is damaged', { dir, error: planned.left })
        return
      }
      await table.write(planned.right.ops)
      epoch++
      span = planned.right.span
      ledger.renumber(kept.rows, span.first)
      for (const row of planned.right.standIns) ledger.add(row)
      last = span.first + kept.rows.length + planned.right.standIns.length - 1
      lastLook = ledger.sizes().all
      head.say(span.first, last)
    } catch (error) {
      await breakDown(error)
    }
  }

  return {
    append: (records) => ask({ records, acknowledged: 0 }),
    acknowledge: (seq) => ask({ records: [], acknowledged: seq }),
    view: () => ({ table, ledger, span, epoch }),
    tidy,
    idle: async () => {
      while (working !== undefined) await working
    },
  }
}

/** How often it is asked what is too old, ms. */
const lookEveryMs = 3_600_000

/** What a person can do about it. */
const hint = (text: string): string => {
  if (/No space left|ENOSPC/.test(text)) return `the disk is full: ${text}`
  if (/Read-only|EROFS|Permission denied|EACCES/.test(text)) return `the directory cannot be written: ${text}`
  return text
}
