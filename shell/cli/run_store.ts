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
import { trusted } from './state_dir.ts'

/** The store within a state directory. */
export const storeIn = (stateDir: string): string => join(stateDir, 'store')

export const openRunStore = async (config: Config, log: Log): Promise<E.Either<StoreFailed, Store<ReaperRecord>>> => {
  if (config.dryRun) return E.right(memoryStore<ReaperRecord>())
  if (config.salvage) {
    const isTrusted = trusted(config.stateDir)
    if (E.isLeft(isTrusted)) return isTrusted
    const dir = storeIn(config.stateDir)
    const done = await salvage({ dir, clock: systemClock })()
    if (E.isLeft(done)) return done
    const { kept, lost, movedTo } = done.right
    if (movedTo !== undefined) log.warn('the store was damaged and has been salvaged', { dir, kept, lost, damaged: movedTo })
  }
  return openState(config.stateDir, log)
}

/** The store of a state directory, for which nobody else may have written. */
export const openState = async (stateDir: string, log: Log): Promise<E.Either<StoreFailed, Store<ReaperRecord>>> => {
  const isTrusted = trusted(stateDir)
  return E.isLeft(isTrusted) ? isTrusted : openStore({ dir: storeIn(stateDir), clock: systemClock, log })()
}

/** What the store of a state directory tells of, or undefined when there is none. */
export const storedState = async (stateDir: string): Promise<E.Either<StoreFailed, State> | undefined> => {
  if (!existsSync(storeIn(stateDir))) return undefined
  const store = await openState(stateDir, silentLog)
  if (E.isLeft(store)) return store
  const records = await store.right.load()()
  await store.right.close()()
  return E.map((rows: ReadonlyArray<ReaperRecord>) => replayRecords('', rows))(records)
}
