/** The program's vectors that start processes: gathered, for a file of their own. */
import type { Vector } from '../../support/property.ts'
import { cases as demo } from './cli/demo.ts'
import { cases as importStatus } from './cli/import_status.ts'
import { cases as main } from './cli/main.ts'
import { cases as readText } from './cli/read_text.ts'
import { cases as replay } from './cli/replay.ts'
import { cases as run } from './cli/run.ts'
import { cases as runStore } from './cli/run_store.ts'
import { cases as stateDir } from './cli/state_dir.ts'

export const cases: ReadonlyArray<Vector> = [...demo, ...importStatus, ...main, ...readText, ...replay, ...run, ...runStore, ...stateDir]
