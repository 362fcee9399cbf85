/**
 * Opening the rows of a store: nothing is taken for granted, and a store that is refused is left as it was found.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { forgetBefore, keepBefore, restoreBefore } from './before.ts'
import { type Contents, readContents } from './contents.ts'
import { type OpenTable, reasonOf, type Table } from './table.ts'

/** Where in the store's directory the rows are. */
export const rowsIn = (dir: string): string => join(dir, 'rows')

export interface OpenedRows {
  readonly table: Table
  readonly contents: Contents
}

/** Why the rows could not be opened. `damaged`: what is on disk is wrong, and trying again will not help. */
export interface RowsProblem {
  readonly damaged: boolean
  readonly text: string
}

export interface RowsOptions {
  /** The store's directory. */
  readonly dir: string
  readonly boot: string
  readonly openTable: OpenTable
  /** Number of a row that was acknowledged. */
  readonly atLeast: number
}

export const openRows = async ({ dir, boot, openTable, atLeast }: RowsOptions): Promise<E.Either<RowsProblem, OpenedRows>> => {
  const place = rowsIn(dir)
  let table: Table | undefined
  try {
    keepBefore(place)
    if (hasLostItsRoot(place)) return await refuse(place, table, damaged('rows/CURRENT: wanted the file that names all others, found none'))
    table = await openTable(place)
    const contents = await readContents(table, boot, atLeast)
    if (E.isLeft(contents)) return await refuse(place, table, { damaged: !isNewer(contents.left), text: contents.left })
    forgetBefore(place)
    return E.right({ table, contents: contents.right })
  } catch (error) {
    const text = reasonOf(error)
    return refuse(place, table, { damaged: isDamage(text), text })
  }
}

const damaged = (text: string): RowsProblem => ({ damaged: true, text })

const refuse = async (place: string, table: Table | undefined, problem: RowsProblem): Promise<E.Either<RowsProblem, never>> => {
  try {
    await table?.close()
    restoreBefore(place)
  } catch {
    // The disk does not even let us put things back: what was kept stays kept, and the next start does it.
  }
  return E.left(problem)
}

/** LevelDB takes a folder without CURRENT for an empty one, and clears it. */
const hasLostItsRoot = (place: string): boolean =>
  existsSync(place) && !existsSync(join(place, 'CURRENT')) && readdirSync(place).some((name) => /\.(ldb|sst|log)$/.test(name))

/** Nothing is wrong with what a newer version wrote. */
export const isNewer = (text: string): boolean => text.includes('a newer containerd-reaper wrote it')

/** As LevelDB words it: damage is `Corruption`, or a part that is not there; all else is the disk's refusal. */
const isDamage = (text: string): boolean => /^Corruption|^NotFound|^Invalid argument|No such file/.test(text)
