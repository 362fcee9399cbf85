/**
 * Who may write in the state directory. What stands there is believed, and tasks are deleted by it; so a folder in which others can put
 * files, or links in the place of files, is not used.
 *
 * @module
 */
import { type Stats, statSync } from 'node:fs'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import { type StoreFailed, storeFailed } from '../errors.ts'

/** `Right` also for one that is still to be made. */
export const trusted = (stateDir: string): E.Either<StoreFailed, void> => {
  const found = E.tryCatch(() => statSync(stateDir), () => undefined)
  if (E.isLeft(found) || !found.right.isDirectory()) return E.right(undefined) // whoever is to make it says what is the matter
  const wrong = wrongWith(found.right)
  if (wrong === undefined) return E.right(undefined)
  const wanted = 'wanted a folder in which nobody but root and its user can write'
  return E.left(storeFailed(`use state directory ${stateDir}`, `${wanted}, found ${wrong.found}; ${wrong.wayOut}`))
}

const wrongWith = ({ uid, gid, mode }: Stats): { readonly found: string; readonly wayOut: string } | undefined => {
  const us = process.geteuid?.()
  if (us === undefined) return undefined
  if (uid !== us && uid !== 0) {
    return { found: `one of user ${uid}, while this is user ${us}`, wayOut: 'chown it, or give another --state-dir' }
  }
  const isOpen = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0)
  return isOpen
    ? { found: `mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`, wayOut: 'chmod go-w it, or give another --state-dir' }
    : undefined
}
