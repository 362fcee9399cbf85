/** What tests of the store share: folders that go away, rows to keep, and a table that breaks when it is told to. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { type Announcement, millis, nanos, type ReaperRecord, type RunRecord } from '../../../core/index.ts'
import type { DurableStore } from '../../../shell/store/durable.ts'
import { openStore, type StoreOptions } from '../../../shell/store/level.ts'
import { openLevel, type OpenTable, type Table } from '../../../shell/store/table.ts'
import { recordingLog } from '../../support/recording_log.ts'
import { virtualClock } from '../../support/virtual_clock.ts'

/** Gives `use` a folder of its own and the path of a store in it, and removes the folder afterwards. */
export const inScratch = async (use: (dir: string, folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'reaper-store-'))
  try {
    await use(join(folder, 'store'), folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const start = 1_700_000_000_000

export const options = (dir: string, more: Partial<StoreOptions> = {}): StoreOptions => ({
  dir,
  clock: virtualClock(start),
  log: recordingLog(),
  boot: 'boot-1',
  ...more,
})

export const opened = async (dir: string, more: Partial<StoreOptions> = {}): Promise<DurableStore> => {
  const store = await openStore(options(dir, more))()
  if (E.isLeft(store)) throw new Error(`${store.left.action}: ${store.left.message}`)
  return store.right
}

/** Why the store cannot be opened. */
export const refusal = async (dir: string, more: Partial<StoreOptions> = {}): Promise<string> => {
  const store = await openStore(options(dir, more))()
  if (E.isRight(store)) {
    await store.right.close()()
    throw new Error('wanted a refusal, found an open store')
  }
  return `Cannot ${store.left.action}: ${store.left.message}`
}

export const loaded = async (store: DurableStore): Promise<ReadonlyArray<ReaperRecord>> => {
  const records = await store.load()()
  if (E.isLeft(records)) throw new Error(records.left.message)
  return records.right
}

/** All rows of the store in `dir`, through an opening of its own. */
export const rowsIn = async (dir: string, more: Partial<StoreOptions> = {}): Promise<ReadonlyArray<ReaperRecord>> => {
  const store = await opened(dir, more)
  const records = await loaded(store)
  await store.close()()
  return records
}

export const ok = async (append: Promise<E.Either<unknown, unknown>>): Promise<void> => assert.deepEqual(await append, E.right(undefined))

export const run = (n: number, more: Partial<RunRecord> = {}): RunRecord => ({
  _tag: 'RunRecord',
  run: { namespace: 'ci', id: `job-${n}`, pid: 1_000 + n, generation: 1 },
  metadata: { sandboxId: undefined, kind: 'container', ownPidNamespace: false },
  exit: { code: n % 256, at: nanos(1_700_000_000_000_000_000n + BigInt(n)), rank: 'observed' },
  oomKilled: false,
  notified: false,
  attempts: 0,
  lastError: undefined,
  standing: 'open',
  at: millis(start + n),
  ...more,
})

export const said = (seq: number, n: number = seq, more: Partial<Announcement> = {}): Announcement => ({
  _tag: 'Announcement',
  seq,
  type: 'CONTAINER_STOPPED',
  run: run(n).run,
  sandboxId: undefined,
  exitCode: n % 256,
  exitedAt: nanos(1_700_000_000_000_000_000n + BigInt(n)),
  reason: 'Error',
  attempts: 1,
  handlingMs: 12,
  at: millis(start + n),
  ...more,
})

/** The rows of exits `from` to `to`, each from being seen to being announced. */
export const exits = (from: number, to: number): ReadonlyArray<ReaperRecord> =>
  Array.from({ length: to - from + 1 }, (_, place) => from + place).flatMap((n) => [run(n), run(n, { standing: 'closed' }), said(n)])

/** What a test holds a table by: reasons for the next writes and openings to fail, and a count of what was written. */
export interface Saboteur {
  readonly openTable: OpenTable
  /** Fails every write with this until it is undefined again. `late`: after the rows have reached the disk, as a failed fsync may. */
  failWrites: { readonly error: string; readonly late?: boolean } | undefined
  failOpen: string | undefined
  /** Held writes wait until it resolves. */
  hold: Promise<void> | undefined
  writes: number
}

export const saboteur = (): Saboteur => {
  const self: Saboteur = {
    failWrites: undefined,
    failOpen: undefined,
    hold: undefined,
    writes: 0,
    openTable: async (dir) => {
      if (self.failOpen !== undefined) throw new Error(self.failOpen)
      return sabotaged(await openLevel(dir), self)
    },
  }
  return self
}

const sabotaged = (table: Table, self: Saboteur): Table => ({
  ...table,
  write: async (ops) => {
    await self.hold
    self.writes++
    const fault = self.failWrites
    if (fault === undefined || fault.late === true) await table.write(ops)
    if (fault !== undefined) throw new Error(fault.error)
  },
})
