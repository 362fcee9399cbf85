/** Every vector module, in one list: `import { cases as x } from './vectors/x.ts'`, then `...x`. */
import type { Vector } from './support/property.ts'
import { cases as captures } from './vectors/captures.ts'
import { cases as codecs } from './vectors/codecs.ts'
import { cases as core } from './vectors/core/all.ts'
import { cases as image } from './vectors/image.ts'
import { cases as listeners } from './vectors/listeners.ts'
import { cases as methodPaths } from './vectors/method_paths.ts'
import { cases as probe } from './vectors/probe.ts'
import { cases as replay } from './vectors/replay.ts'
import { cases as sandbox } from './vectors/sandbox.ts'
import { cases as sandboxHandover } from './vectors/sandbox_handover.ts'
import { cases as shell } from './vectors/shell.ts'
import { cases as vBackoff } from './vectors/v_backoff.ts'
import { cases as vDuplicates } from './vectors/v_duplicates.ts'
import { cases as vExit } from './vectors/v_exit.ts'
import { cases as vRecovery } from './vectors/v_recovery.ts'
import { cases as vRecoveryTable } from './vectors/v_recovery_table.ts'
import { cases as vRouting } from './vectors/v_routing.ts'
import { cases as wire } from './vectors/wire.ts'
import { cases as wireStreams } from './vectors/wire_streams.ts'

export const allVectors: ReadonlyArray<Vector> = [
  ...captures,
  ...codecs,
  ...core,
  ...image,
  ...listeners,
  ...methodPaths,
  ...probe,
  ...replay,
  ...sandbox,
  ...sandboxHandover,
  ...shell,
  ...vBackoff,
  ...vDuplicates,
  ...vExit,
  ...vRecovery,
  ...vRecoveryTable,
  ...vRouting,
  ...wire,
  ...wireStreams,
]
