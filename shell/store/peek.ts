/**
 * What a store holds, without opening it: its files are copied and the copy is read, so that it can be looked into while a reaper uses
 * it, where nothing may be written, and when it is damaged.
 *
 * @module
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { ReaperRecord } from '../../core/index.ts'
import { type StoreFailed, storeFailed } from '../errors.ts'
import { readContents } from './contents.ts'
import { copyRows, lostOf, readCopy } from './copy.ts'
import { readHead } from './head.ts'
import { isNewer, rowsIn } from './rows.ts'
import { openLevel, type OpenTable, reasonOf } from './table.ts'

export interface Peeked {
  /** Oldest first. */
  readonly records: ReadonlyArray<ReaperRecord>
  /** Undefined: all that was acknowledged is there. Else what is wrong with the store, and how many rows are not among the records. */
  readonly damage: { readonly text: string; readonly lost: number } | undefined
}

/** A running reaper may move its rows between two files of a copy: then the copy is made again. */
const tries = 5

/**
 * The records of the store in `dir`, which is left as it is. Of a damaged one those that verify. Fails when there is none, when it cannot
 * be read or copied, and when a newer version wrote it.
 *
 * @param openTable what the copy is read with.
 */
export const peekStore = (dir: string, openTable: OpenTable = openLevel): TE.TaskEither<StoreFailed, Peeked> => async () => {
  const refused = (text: string): E.Either<StoreFailed, never> => E.left(storeFailed(`read the store in ${dir}`, text))
  if (!existsSync(rowsIn(dir))) return refused('there is none')
  const folder = mkdtempSync(join(tmpdir(), 'containerd-reaper-'))
  const copy = join(folder, 'rows')
  try {
    let damage = ''
    for (let n = 0; n < tries; n++) {
      // Before the copy is made: rows that were acknowledged by then have to be in it.
      const { last } = readHead(dir)
      const read = await copied(dir, copy, openTable, last)
      if (E.isRight(read)) return E.right({ records: read.right, damage: undefined })
      damage = read.left
      if (isNewer(damage)) return refused(damage)
    }
    copyRows(dir, copy)
    const found = await readCopy(copy, openTable)
    return E.right({ records: found.rows.map(({ record }) => record), damage: { text: damage, lost: lostOf(found, readHead(dir)) } })
  } catch (error) {
    return refused(reasonOf(error))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const copied = async (
  dir: string,
  copy: string,
  openTable: OpenTable,
  atLeast: number,
): Promise<E.Either<string, ReadonlyArray<ReaperRecord>>> => {
  try {
    copyRows(dir, copy)
    const table = await openTable(copy)
    try {
      const contents = await readContents(table, '', atLeast)
      return E.isLeft(contents) ? contents : E.right(contents.right.rows.map(({ record }) => record))
    } finally {
      await table.close()
    }
  } catch (error) {
    return E.left(reasonOf(error))
  }
}
