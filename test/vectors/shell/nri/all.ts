/** Every vector of NRI, in one list. */
import type { Vector } from '../../../support/property.ts'
import { cases as chunks } from './chunks.ts'
import { cases as events } from './events.ts'
import { cases as faults } from './faults.ts'
import { cases as golden } from './golden.ts'
import { cases as host } from './host.ts'
import { cases as lane } from './lane.ts'
import { cases as launch } from './launch.ts'
import { cases as listen } from './listen.ts'
import { cases as mux } from './mux.ts'
import { cases as reaperNri } from './reaper/reaper_nri.ts'
import { cases as client } from '../ttrpc/client.ts'
import { cases as frame } from '../ttrpc/frame.ts'
import { cases as server } from '../ttrpc/server.ts'
import { cases as turns } from './turns.ts'
import { cases as codec } from '../ttrpc/codec.ts'
import { cases as status } from '../ttrpc/status.ts'
import { cases as peer } from './peer.ts'
import { cases as register } from './register.ts'
import { cases as spec } from './reaper/spec.ts'
import { cases as resources } from './reaper/resources.ts'
import { cases as describe } from './reaper/describe.ts'
import { cases as standing } from './reaper/standing.ts'
import { cases as updates } from './reaper/updates.ts'
import { cases as reader } from './reaper/reader.ts'

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
  ...golden,
  ...host,
  ...faults,
  ...codec,
  ...status,
  ...peer,
  ...register,
  ...spec,
  ...resources,
  ...describe,
  ...standing,
  ...updates,
  ...reader,
  ...reaperNri,
]
