/**
 * The lines that finished handlings leave on standard output. Up to which announcement they have been written stands in a file: after a
 * crash the others are written again, with the same identity and number. What a slow reader has no room for waits in the store.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Announcement } from '../../core/index.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { type Head, openHead, readHead } from '../store/head.ts'
import type { AnnouncementLog } from '../store/port.ts'
import { reasonOf } from '../store/table.ts'
import type { Outlet } from './streams.ts'
import { stoppable } from '../task/cancellable.ts'

export interface PrinterOptions {
  readonly stateDir: string
  /** Undefined when nothing outlives the process: then all that is printed is what comes. */
  readonly announcements: AnnouncementLog | undefined
  readonly print: (announcement: Announcement) => void
  readonly outlet: Outlet
  readonly log: Log
  readonly clock: Clock
}

export interface Printer {
  /** Prints what was not printed by those who ran before; without a reader that is still going on when it ends. */
  readonly start: () => Promise<void>
  /** To be told of each announcement, in order, once it is in the log. */
  readonly add: (announcement: Announcement) => void
  /** Waits a little for the reader, and notes how far it has come. */
  readonly close: () => Promise<void>
}

const fileName = 'printed'
const pageSize = 256
/** How long the start and the end wait for the reader, ms. */
const waitMs = 1_000

export const makePrinter = ({ stateDir, announcements, print, outlet, log, clock }: PrinterOptions): Printer => {
  const head = announcements === undefined ? undefined : openMark(stateDir, log)
  let printed = head === undefined ? 0 : readHead(stateDir, fileName).last
  let marked = printed
  let isCatchingUp = false
  let hasMore = false
  let marking: Promise<void> | undefined

  const say = (announcement: Announcement): void => {
    print(announcement)
    printed = announcement.seq
    marking ??= mark()
  }

  /** Only what the reader's pipe has taken counts as printed. */
  const mark = async (): Promise<void> => {
    while (marked < printed) {
      const upTo = printed
      if (!await outlet.flush()) break
      marked = upTo
      head?.say(1, marked)
    }
    marking = undefined
  }

  const catchUp = async (): Promise<void> => {
    if (announcements === undefined || isCatchingUp) return
    isCatchingUp = true
    do {
      hasMore = false
      // Without a reader the rest stays in the log.
      if (!await outlet.flush()) break
      const found = await announcements.read(printed + 1, pageSize)()
      if (E.isLeft(found)) {
        log.error('cannot read announcements that are to be printed: they are printed by the next start', { error: found.left.message })
        break
      }
      const { announcements: page, dropped } = found.right
      const next = page[0]?.seq ?? dropped + 1
      if (dropped > printed) log.warn('announcements were dropped before they could be printed', { from: printed + 1, to: next - 1 })
      printed = Math.max(printed, next - 1)
      for (const announcement of page) {
        if (outlet.isFull()) break
        say(announcement)
      }
      if (page.length > 0) hasMore = true
    } while (hasMore)
    isCatchingUp = false
  }

  /** Waits for `work`, but not for a reader that does not read. */
  const aLittle = async (work: Promise<void> | undefined): Promise<void> => {
    const patience = stoppable()
    await Promise.race([work, clock.sleep(waitMs, patience.signal)])
    patience.abort()
  }

  return {
    start: async () => {
      if (!await isOfThis(announcements, printed)) printed = marked = 0
      head?.say(1, marked)
      await aLittle(catchUp())
    },
    add: (announcement) => {
      hasMore = true
      if (isCatchingUp || announcement.seq <= printed) return
      if (announcements !== undefined && outlet.isFull()) void catchUp()
      else say(announcement)
    },
    close: async () => {
      await aLittle(marking)
      head?.close()
    },
  }
}

/** Without the file all is printed again by the next start, which is better than not to start. */
const openMark = (stateDir: string, log: Log): Head | undefined => {
  try {
    return openHead(stateDir, fileName)
  } catch (error) {
    log.error('cannot note what has been printed: it is printed again by the next start', { error: reasonOf(error) })
    return undefined
  }
}

/** The newest announcement always stays, so a log that ends before the mark is another one, of which nothing is known to be printed. */
const isOfThis = async (log: AnnouncementLog | undefined, printed: number): Promise<boolean> => {
  const found = await log?.read(printed, 1)()
  return found === undefined || E.isLeft(found) || found.right.announcements.length > 0
}
