/** Every vector of NRI, in one list. */
import type { Vector } from '../../../support/property.ts'
import { cases as faults } from './faults.ts'
import { cases as host } from './host.ts'
import { cases as mux } from './mux.ts'
import { cases as reaper } from './reaper.ts'
import { cases as client } from './ttrpc/client.ts'
import { cases as frame } from './ttrpc/frame.ts'
import { cases as server } from './ttrpc/server.ts'

export const cases: ReadonlyArray<Vector> = [...mux, ...frame, ...client, ...server, ...host, ...faults, ...reaper]
