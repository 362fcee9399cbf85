/**
 * The durable store: exit records, statuses and announcements in a directory of their own, on LevelDB. It keeps what it acknowledged
 * through a crash of the process at any moment, and says so when the disk did not.
 *
 * @module
 */
import { mkdirSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { bootId } from '../boot_id.ts'
import type { Clock } from '../clock.ts'
import { type StoreFailed, storeFailed } from '../errors.ts'
import type { Log } from '../log.ts'
import { beginStore, type DurableStore } from './durable.ts'
import { readHead } from './head.ts'
import { defaultRetention, type Retention } from './ledger.ts'
import { own, type Ownership } from './owner.ts'
import { openRows } from './rows.ts'
import { finishSalvage, wayOut } from './salvage.ts'
import { openLevel, type OpenTable, reasonOf } from './table.ts'

export interface StoreOptions {
  /** A directory of its own, made (0700) if it is not there. */
  readonly dir: string
  readonly retention?: Partial<Retention>
  readonly clock: Clock
  readonly log: Log
  /** This boot of the host; the kernel's id of it unless told. */
  readonly boot?: string
  /** What the rows are kept in: LevelDB, but for a test that wants it to fail. */
  readonly openTable?: OpenTable
}

/**
 * Opens the store in `dir`, verifying every row, or says in one line why not: which row, what was wanted and found, and what to do.
 * A store that is refused is left as it was found. One process at a time: a second one is refused with the pid of the first.
 *
 * When a write fails its batch fails as a whole; the store opens itself again, takes back what was not acknowledged, and goes on once
 * the disk does. Things that are over go after `retention`; open runs never do.
 *
 * @example What was appended is there after the next start
 * ```ts
 * import assert from 'node:assert/strict'
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { millis, nanos } from 'containerd-reaper/core'
 * import { openStore, silentLog, systemClock } from 'containerd-reaper/shell'
 *
 * const dir = mkdtempSync(join(tmpdir(), 'store-'))
 * const exit = { code: 137, at: nanos(1700000000123456789n), rank: 'observed' } as const
 * const row = { _tag: 'SandboxRecord', namespace: 'ci', id: 'pod-1', exit, at: millis(1700000000124) } as const
 *
 * const first = await openStore({ dir, clock: systemClock, log: silentLog })()
 * assert.ok(E.isRight(first))
 * await first.right.append([row])()
 * await first.right.close()()
 *
 * const second = await openStore({ dir, clock: systemClock, log: silentLog })()
 * assert.ok(E.isRight(second))
 * assert.deepEqual(await second.right.load()(), E.right([row]))
 * await second.right.close()()
 * rmSync(dir, { recursive: true })
 * ```
 */
export const openStore = (options: StoreOptions): TE.TaskEither<StoreFailed, DurableStore> => async () => {
  const { dir } = options
  const refused = (text: string): E.Either<StoreFailed, never> => E.left(storeFailed(`open the store in ${dir}`, text))
  let owner: Ownership | undefined
  try {
    finishSalvage(dir)
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    const owned = await own(dir, options.clock)
    if (E.isLeft(owned)) {
      return refused(`a reaper with pid ${owned.left} uses it; stop that one or give another directory`)
    }
    owner = owned.right
    const boot = options.boot ?? await bootId()
    const rowsOptions = { dir, boot, openTable: options.openTable ?? openLevel }
    const opened = await openRows({ ...rowsOptions, atLeast: readHead(dir).last })
    if (E.isRight(opened)) {
      return E.right(
        await beginStore({ ...options, ...rowsOptions, retention: { ...defaultRetention, ...options.retention } }, owner, opened.right),
      )
    }
    await owner.release()
    return refused(opened.left.damaged ? `${opened.left.text}; ${wayOut}` : opened.left.text)
  } catch (error) {
    await owner?.release().catch(() => undefined)
    return refused(`${reasonOf(error)}; give a directory that can be written`)
  }
}
