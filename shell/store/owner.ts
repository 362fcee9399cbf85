/**
 * One process at a time. What locks is an empty LevelDB of its own, for neither runtime can lock a file and LevelDB can: the kernel lets
 * go of its lock when the process ends, however it ends. Who holds it stands in a file beside it, which locks nothing and so cannot be stale.
 *
 * @module
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import type { Clock } from '../clock.ts'
import { stoppable } from '../task/cancellable.ts'
import { isLocked, openLevel } from './table.ts'

export interface Ownership {
  readonly release: () => Promise<void>
}

const fileOf = (dir: string): string => join(dir, 'owner')

/** Whoever has the lock and no name beside it is about to let go, or has only just taken it. */
const patienceMs = 2_000
const lookEveryMs = 50

/**
 * Takes the directory, or gives the pid of the process that has it; `unknown` if none is told within 2 s, in which one that ends gets to let
 * go: a restart does not always wait for that. Rejects when the directory cannot be written.
 */
export const own = async (dir: string, clock: Clock): Promise<E.Either<string, Ownership>> => {
  const began = clock.monotonic()
  for (;;) {
    const taken = await take(dir)
    if (E.isRight(taken) || taken.left !== unknown || clock.monotonic() - began >= patienceMs) return taken
    await clock.sleep(lookEveryMs, never)
  }
}

const never = stoppable().signal

const take = async (dir: string): Promise<E.Either<string, Ownership>> => {
  try {
    const lock = await openLevel(join(dir, 'lock'))
    writeFileSync(fileOf(dir), `${process.pid}\n`, { mode: 0o600 })
    return E.right({
      release: async () => {
        rmSync(fileOf(dir), { force: true })
        await lock.close()
      },
    })
  } catch (error) {
    if (isLocked(error)) return E.left(ownerOf(dir))
    throw error
  }
}

const unknown = 'unknown'

const ownerOf = (dir: string): string => {
  try {
    return /^\d+$/.exec(readFileSync(fileOf(dir), 'utf8').trim())?.[0] ?? unknown
  } catch {
    return unknown
  }
}
