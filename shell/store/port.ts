/**
 * What the shell needs of a durable store, and nothing more: a list of records that grows by whole batches.
 * Knows neither what a record says nor where it is kept.
 *
 * @module
 */
import type * as TE from 'fp-ts/lib/TaskEither.js'
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
}
