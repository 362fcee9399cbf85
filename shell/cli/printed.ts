/**
 * Which announcements have had their line on standard output: a number in a file of the state directory. The line comes after the
 * announcement is durable, and a kill may come in between; the next start reads here what it owes.
 *
 * Written in place and without fsync: it outlives the process, not the machine. After a power cut lines come again that were printed
 * before it, with the numbers they had.
 *
 * @module
 */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { Announcement } from '../../core/index.ts'
import type { Log } from '../log.ts'
import type { AnnouncementLog } from '../store/port.ts'

export interface Printed {
  /** The line of this one is out. */
  readonly note: (seq: number) => void
  readonly close: () => void
}

/** As many digits as the largest number has, so that a write replaces all of the one before. */
const digits = 16
const pageSize = 256

/** The file within a state directory. */
export const printedIn = (stateDir: string): string => join(stateDir, 'printed')

/**
 * Prints what the log holds beyond the number in the file, then hands the file over. Where there is none yet nothing is owed: an earlier
 * version printed its lines and kept no count. A file that cannot be used is said once, and nothing is repeated. No log: a dry run,
 * which writes nothing.
 */
export const printOwed = async (
  stateDir: string,
  announcements: AnnouncementLog | undefined,
  print: (announcement: Announcement) => void,
  log: Log,
): Promise<Printed> => {
  const file = announcements === undefined ? undefined : openFile(printedIn(stateDir), log)
  if (announcements === undefined || file === undefined) return { note: () => undefined, close: () => undefined }
  let failed = false
  const note = (seq: number): void => {
    try {
      writeSync(file, String(seq).padStart(digits, '0'), 0)
    } catch (error) {
      if (!failed) sayUncounted(log, printedIn(stateDir), error)
      failed = true
    }
  }
  const last = await continued(announcements, lastPrinted(file))
  let newest = last ?? 0
  for await (const announcement of after(announcements, newest)) {
    if (last !== undefined) print(announcement)
    newest = announcement.seq
  }
  note(newest)
  return { note, close: () => closeSync(file) }
}

const sayUncounted = (log: Log, path: string, error: unknown): void =>
  log.warn('cannot keep count of what was printed: after a kill a line may be missing', {
    path,
    error: error instanceof Error ? error.message : String(error),
  })

const openFile = (path: string, log: Log): number | undefined => {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
  } catch (error) {
    sayUncounted(log, path, error)
    return undefined
  }
}

/** undefined: there is no number yet. */
const lastPrinted = (file: number): number | undefined => {
  const bytes = new Uint8Array(digits)
  const text = new TextDecoder().decode(bytes.subarray(0, readSync(file, bytes, 0, digits, 0)))
  return /^\d+$/.test(text) ? Number(text) : undefined
}

/** The newest announcement always stays, so a log that ends before the number is another one, of which nothing was printed. */
const continued = async (announcements: AnnouncementLog, last: number | undefined): Promise<number | undefined> => {
  if (last === undefined || last === 0) return last
  const found = await announcements.read(last, 1)()
  return E.isRight(found) && found.right.announcements.length === 0 ? 0 : last
}

async function* after(announcements: AnnouncementLog, last: number): AsyncGenerator<Announcement, void, undefined> {
  for (let from = last + 1;;) {
    const found = await announcements.read(from, pageSize)()
    const page = E.isRight(found) ? found.right.announcements : []
    yield* page
    const end = page.at(-1)
    if (end === undefined) return
    from = end.seq + 1
  }
}
