/**
 * What the shell needs of a durable store, and nothing more: a list of records that grows by whole batches.
 * Knows neither what a record says nor where it is kept.
 *
 * @module
 */
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Announcement } from '../../core/index.ts'
import type { StoreFailed } from '../errors.ts'

/**
 * A durable list of records.
 *
 * 1. `append` is all or nothing: when it succeeds every record of the batch is durable; when it fails none will ever be loaded.
 * 2. Batches are kept in the order in which `append` was called, also when several are on their way at once.
 * 3. `load` gives all records in that order. It is called once, before the first `append`.
 * 4. `close` waits for what is on its way. After it everything fails.
 */
export interface Store<Rec> {
  readonly append: (batch: ReadonlyArray<Rec>) => TE.TaskEither<StoreFailed, void>
  readonly load: () => TE.TaskEither<StoreFailed, ReadonlyArray<Rec>>
  readonly close: () => TE.TaskEither<StoreFailed, void>
  /** How many of the records that `load` gives, counted from the first, were written under an earlier boot of the host. None unless told. */
  readonly earlierBoot?: number
  /** The announcements among the records, for readers. A store without them is given a log in memory. */
  readonly announcements?: AnnouncementLog
}

/** Announcements that are durable, by their numbers. */
export interface AnnouncementLog {
  /** Up to `limit` announcements with numbers from `from` on, in order. */
  readonly read: (from: number, limit: number) => TE.TaskEither<StoreFailed, Said>
  /** Announcements up to number `seq` are not needed any more: they may go earlier than retention says. */
  readonly acknowledge: (seq: number) => TE.TaskEither<StoreFailed, void>
}

export interface Said {
  readonly announcements: ReadonlyArray<Announcement>
  /** Announcements up to this number may have been dropped; 0 when none was. */
  readonly dropped: number
}
