/** What is on disk of a reaper that was killed, read from a copy, so that the look changes nothing that the next start finds. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReaperRecord } from '../../core/index.ts'
import { storeIn } from '../../shell/cli/run_store.ts'
import { rowsIn } from '../shell/store/scratch.ts'

/** All rows, oldest first; none where there is no store yet. Rejects with the store's own words when it is damaged. */
export const rowsOnDisk = async (stateDir: string): Promise<ReadonlyArray<ReaperRecord>> => {
  const store = storeIn(stateDir)
  if (!existsSync(store)) return []
  const copy = mkdtempSync(join(tmpdir(), 'rows-'))
  try {
    cpSync(store, copy, { recursive: true })
    return await rowsIn(copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Ids of containers whose exit is written down as somebody saw it, whatever became of it. */
export const exitsKnown = (rows: ReadonlyArray<ReaperRecord>): ReadonlySet<string> =>
  new Set(rows.flatMap((row) => (row._tag === 'RunRecord' && row.exit?.rank === 'observed' ? [row.run.id] : [])))

/** Ids of containers of which it is written down that they run, or did. */
export const runsKnown = (rows: ReadonlyArray<ReaperRecord>): ReadonlySet<string> =>
  new Set(rows.flatMap((row) => (row._tag === 'RunRecord' ? [row.run.id] : [])))

/** Ids of containers whose STOPPED is written down. */
export const announcedIn = (rows: ReadonlyArray<ReaperRecord>): ReadonlySet<string> =>
  new Set(rows.flatMap((row) => (row._tag === 'Announcement' && row.type === 'CONTAINER_STOPPED' ? [row.run.id] : [])))
