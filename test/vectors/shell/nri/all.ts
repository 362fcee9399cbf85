/** Every vector of NRI, in one list. */
import type { Vector } from '../../../support/property.ts'
import { cases as chunks } from './chunks.ts'
import { cases as events } from './events.ts'
import { cases as faults } from './faults.ts'
import { cases as host } from './host.ts'
import { cases as lane } from './lane.ts'
import { cases as launch } from './launch.ts'
import { cases as listen } from './listen.ts'
import { cases as mux } from './mux.ts'
import { cases as reaperNri } from './reaper/reaper_nri.ts'
import { cases as client } from './ttrpc/client.ts'
import { cases as frame } from './ttrpc/frame.ts'
import { cases as server } from './ttrpc/server.ts'
import { cases as turns } from './turns.ts'

export const cases: ReadonlyArray<Vector> = [
  ...mux,
  ...frame,
  ...client,
  ...server,
  ...events,
  ...lane,
  ...turns,
  ...chunks,
  ...listen,
  ...launch,
  ...host,
  ...faults,
  ...reaperNri,
]
