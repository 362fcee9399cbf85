/** The reaper as a library, end to end: real processes, gRPC on a unix socket, and every fault knob of the embedded containerd. */
import type { Vector } from '../../support/property.ts'
import { cases as choices } from './reaper/choices.ts'
import { cases as exits } from './reaper/exits.ts'
import { cases as faults } from './reaper/faults.ts'
import { cases as recovery } from './reaper/recovery.ts'
import { cases as sandboxes } from './reaper/sandboxes.ts'
import { cases as stopping } from './reaper/stopping.ts'

export const cases: ReadonlyArray<Vector> = [...exits, ...faults, ...stopping, ...choices, ...sandboxes, ...recovery]
