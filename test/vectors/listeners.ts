/** V84 to V90, and what the CRI socket promises beyond them: see the files in listeners/. */
import type { Vector } from '../support/property.ts'
import { cases as handover } from './listeners/handover.ts'
import { cases as order } from './listeners/order.ts'
import { cases as slow } from './listeners/slow.ts'

export const cases: ReadonlyArray<Vector> = [...handover, ...order, ...slow]
