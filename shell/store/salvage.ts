/**
 * The way out of a damaged store: a new one of every row that verifies, and the damaged one kept beside it under another name.
 * Nothing is taken from the damaged files but copies.
 *
 * @module
 */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { bootId } from '../boot_id.ts'
import type { Clock } from '../clock.ts'
import { type StoreFailed, storeFailed } from '../errors.ts'
import { copyRows, type Found, lostOf, readCopy } from './copy.ts'
import { openHead, readHead } from './head.ts'
import { own, type Ownership } from './owner.ts'
import { putFormat, putRecord, putSpan, type Span } from './row.ts'
import { openRows, rowsIn } from './rows.ts'
import { openLevel, type OpenTable, reasonOf } from './table.ts'

/** What to do about a damaged store. */
export const wayOut = 'start once with --salvage to keep the damaged files aside and go on with every row that verifies'

export interface Salvaged {
  readonly kept: number
  /** Rows that were known to be there and are not, or do not verify. */
  readonly lost: number
  /** Where the damaged store is now; undefined when the store was well, or there was none, and nothing was done. */
  readonly movedTo: string | undefined
}

export interface SalvageOptions {
  readonly dir: string
  readonly clock: Clock
  readonly boot?: string
  readonly openTable?: OpenTable
}

const nothingDone: Salvaged = { kept: 0, lost: 0, movedTo: undefined }

const workIn = (dir: string): string => `${dir}.salvage`
const finishedIn = (dir: string): string => `${dir}.salvaged`

/** The one moment in which there is no store in `dir` is between two renames: makes the second if it was not made. */
export const finishSalvage = (dir: string): void => {
  if (!existsSync(dir) && existsSync(finishedIn(dir))) renameSync(finishedIn(dir), dir)
}

/**
 * Puts a new store of all rows that verify in the place of the damaged one in `dir`. A store that opens as it is stays as it is.
 *
 * @returns how many rows were kept and lost, and where the damaged store went. Fails when the store is in use, was written by a newer
 * version, or the disk refuses; then it is left as it was.
 */
export const salvage = (options: SalvageOptions): TE.TaskEither<StoreFailed, Salvaged> => async () => {
  const { dir } = options
  const refused = (text: string): E.Either<StoreFailed, never> => E.left(storeFailed(`salvage the store in ${dir}`, text))
  let owner: Ownership | undefined
  try {
    finishSalvage(dir)
    if (!existsSync(rowsIn(dir)) && !existsSync(join(dir, 'head'))) return E.right(nothingDone)
    const owned = await own(dir, options.clock)
    if (E.isLeft(owned)) return refused(`a reaper with pid ${owned.left} uses it; stop that one first`)
    owner = owned.right
    const boot = options.boot ?? await bootId()
    const openTable = options.openTable ?? openLevel
    const head = readHead(dir)
    const opened = await openRows({ dir, boot, openTable, atLeast: head.last })
    if (E.isRight(opened)) {
      await opened.right.table.close()
      return E.right({ kept: opened.right.contents.rows.length, lost: 0, movedTo: undefined })
    }
    if (!opened.left.damaged) return refused(opened.left.text)
    const found = await collect(dir, openTable)
    await rebuild(dir, found, boot, openTable)
    await owner.release()
    owner = undefined
    const movedTo = `${dir}.damaged-${new Date(options.clock.now()).toISOString().replaceAll(':', '-')}`
    renameSync(dir, movedTo)
    renameSync(finishedIn(dir), dir)
    return E.right({ kept: found.rows.length, lost: lostOf(found, head), movedTo })
  } catch (error) {
    return refused(reasonOf(error))
  } finally {
    await owner?.release().catch(() => undefined)
  }
}

const collect = async (dir: string, openTable: OpenTable): Promise<Found> => {
  const copy = workIn(dir)
  copyRows(dir, copy)
  const found = await readCopy(copy, openTable)
  rmSync(copy, { recursive: true, force: true })
  return found
}

/** The new store, complete under another name. */
const rebuild = async (dir: string, { span, rows }: Found, boot: string, openTable: OpenTable): Promise<void> => {
  const made = workIn(dir)
  rmSync(finishedIn(dir), { recursive: true, force: true })
  const table = await openTable(rowsIn(made))
  // Under which boot the rows were written is not known without the old span; the pid is checked before anything is deleted.
  const later = rows.findIndex(({ row }) => row >= (span?.bootFirst ?? 0))
  const next: Span = {
    first: 1,
    boot: span?.boot ?? boot,
    bootFirst: later < 0 ? rows.length + 1 : later + 1,
    acknowledged: span?.acknowledged ?? 0,
    dropped: span?.dropped ?? 0,
  }
  try {
    await table.write([putFormat, putSpan(next), ...rows.map(({ record }, place) => putRecord(place + 1, record))])
  } finally {
    await table.close()
  }
  const head = openHead(made)
  head.say(1, rows.length)
  head.close()
  renameSync(made, finishedIn(dir))
}
