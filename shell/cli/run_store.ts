/**
 * Where the program keeps its records, and where `status` finds them when none runs: the store in the state directory, salvaged first if
 * that was asked for; memory in a dry run.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { type Config, type ReaperRecord, replayRecords, type State } from '../../core/index.ts'
import { systemClock } from '../clock.ts'
import type { StoreFailed } from '../errors.ts'
import { type Log, silentLog } from '../log.ts'
import { openStore } from '../store/level.ts'
import { memoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { salvage } from '../store/salvage.ts'

/** The store within a state directory. */
export const storeIn = (stateDir: string): string => join(stateDir, 'store')

export const openRunStore = async (config: Config, log: Log): Promise<E.Either<StoreFailed, Store<ReaperRecord>>> => {
  if (config.dryRun) return E.right(memoryStore<ReaperRecord>())
  const dir = storeIn(config.stateDir)
  if (config.salvage) {
    const done = await salvage({ dir, clock: systemClock })()
    if (E.isLeft(done)) return done
    const { kept, lost, movedTo } = done.right
    if (movedTo !== undefined) log.warn('the store was damaged and has been salvaged', { dir, kept, lost, damaged: movedTo })
  }
  return openStore({ dir, clock: systemClock, log })()
}

/** What the store of a state directory tells of, or undefined when there is none. */
export const storedState = async (stateDir: string): Promise<E.Either<StoreFailed, State> | undefined> => {
  const dir = storeIn(stateDir)
  if (!existsSync(dir)) return undefined
  const store = await openStore({ dir, clock: systemClock, log: silentLog })()
  if (E.isLeft(store)) return store
  const records = await store.right.load()()
  await store.right.close()()
  return E.map((rows: ReadonlyArray<ReaperRecord>) => replayRecords('', rows))(records)
}
