/**
 * Who may write in the state directory. What stands there is believed, and deleted by; so a folder in which others can put files, or links
 * in the place of files, is not used.
 *
 * @module
 */
import { type Stats, statSync } from 'node:fs'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'

/** Why a state directory is not to be used, in one line; undefined for one that is, and for one that is still to be made. */
export const distrust = (stateDir: string): string | undefined => {
  const found = E.tryCatch(() => statSync(stateDir), () => undefined)
  if (E.isLeft(found) || !found.right.isDirectory()) return undefined // whoever is to make it says what is the matter
  const wrong = wrongWith(found.right)
  return wrong &&
    `Cannot use state directory ${stateDir}: wanted a folder in which nobody but root and its user can write, found ${wrong.found}; ${wrong.wayOut}`
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
