/**
 * The files of a table as they were before it was opened. LevelDB takes its log apart when it opens, and silently drops what it cannot
 * read, so a store that turns out to be damaged is put back as it was found. Every step may be the last: the next start finishes it.
 *
 * @module
 */
import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const keptIn = (dir: string): string => `${dir}.before`
const unfinishedIn = (dir: string): string => `${dir}.before.part`

/** The lock is the one file that belongs to the process and not to the table; reading it would let go of it. */
const filesOf = (dir: string): ReadonlyArray<string> => existsSync(dir) ? readdirSync(dir).filter((name) => name !== 'LOCK') : []

const remove = (dir: string): void => rmSync(dir, { recursive: true, force: true })

/** LevelDB never writes into a file of an earlier opening, so a second name for it is a copy. Not every file system has those. */
const keep = (from: string, to: string): void => {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}

/** Puts back what an opening that was cut short has left, then keeps the files as they are. The table must be closed. */
export const keepBefore = (dir: string): void => {
  restoreBefore(dir)
  const part = unfinishedIn(dir)
  remove(part)
  mkdirSync(part, { recursive: true, mode: 0o700 })
  for (const name of filesOf(dir)) keep(join(dir, name), join(part, name))
  renameSync(part, keptIn(dir))
}

/**
 * The opening is well: what was kept is not needed. To be called before anything new is written, for after a power cut the kept files
 * must not come back and take the place of newer ones.
 */
export const forgetBefore = (dir: string): void => {
  const part = unfinishedIn(dir)
  remove(part)
  if (existsSync(keptIn(dir))) renameSync(keptIn(dir), part)
  syncFolder(dirname(dir))
  remove(part)
}

const syncFolder = (dir: string): void => {
  const folder = openSync(dir, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** Puts the files back as they were kept, if any were. The table must be closed. */
export const restoreBefore = (dir: string): void => {
  const kept = keptIn(dir)
  if (!existsSync(kept)) return
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  for (const name of filesOf(dir)) remove(join(dir, name))
  for (const name of filesOf(kept)) keep(join(kept, name), join(dir, name))
  forgetBefore(dir)
}
