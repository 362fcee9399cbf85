/**
 * A store that lives as long as the process: for tests, and for a dry run. It survives nothing.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { type StoreFailed, storeFailed } from '../errors.ts'
import type { Store } from './port.ts'

/**
 * An in-memory store, holding `records` to begin with.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { memoryStore } from 'containerd-reaper/shell'
 *
 * const store = memoryStore<string>()
 * await store.append(['exit recorded', 'status written'])()
 * assert.deepEqual(await store.load()(), E.right(['exit recorded', 'status written']))
 * ```
 */
export const memoryStore = <Rec>(records: ReadonlyArray<Rec> = []): Store<Rec> => {
  const kept: Array<Rec> = [...records]
  let closed = false
  const whileOpen = <A>(action: string, use: () => A): TE.TaskEither<StoreFailed, A> => async () =>
    closed ? E.left(storeFailed(action, 'it is closed')) : E.right(use())
  return {
    append: (batch) =>
      whileOpen('append to the store', () => {
        for (const record of batch) kept.push(record)
      }),
    load: () => whileOpen('load the store', () => [...kept]),
    close: () =>
      whileOpen('close the store', () => {
        closed = true
      }),
  }
}
