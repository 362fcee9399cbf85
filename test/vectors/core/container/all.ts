/** The vectors of core/container/, one module a source file, in one list. */
import type { Vector } from '../../../support/property.ts'
import { cases as advance } from './advance.ts'
import { cases as announced } from './announced.ts'
import { cases as backingOff } from './backing_off.ts'
import { cases as cleaning } from './cleaning.ts'
import { cases as context } from './context.ts'
import { cases as deleting } from './deleting.ts'
import { cases as draining } from './draining.ts'
import { cases as dropping } from './dropping.ts'
import { cases as examining } from './examining.ts'
import { cases as exited } from './exited.ts'
import { cases as interrupt } from './interrupt.ts'
import { cases as killing } from './killing.ts'
import { cases as loading } from './loading.ts'
import { cases as lookup } from './lookup.ts'
import { cases as notifying } from './notifying.ts'
import { cases as oom } from './oom.ts'
import { cases as over } from './over.ts'
import { cases as phase } from './phase.ts'
import { cases as pid } from './pid.ts'
import { cases as recorded } from './recorded.ts'
import { cases as recording } from './recording.ts'
import { cases as report } from './report.ts'
import { cases as run } from './run.ts'
import { cases as slow } from './slow.ts'
import { cases as running } from './running.ts'
import { cases as step } from './step.ts'
import { cases as told } from './told.ts'
import { cases as trail } from './trail.ts'
import { cases as work } from './work.ts'

export const cases: ReadonlyArray<Vector> = [
  ...advance,
  ...announced,
  ...backingOff,
  ...cleaning,
  ...context,
  ...deleting,
  ...draining,
  ...dropping,
  ...examining,
  ...exited,
  ...interrupt,
  ...killing,
  ...loading,
  ...lookup,
  ...notifying,
  ...oom,
  ...over,
  ...phase,
  ...pid,
  ...recorded,
  ...recording,
  ...report,
  ...run,
  ...slow,
  ...running,
  ...step,
  ...told,
  ...trail,
  ...work,
]
