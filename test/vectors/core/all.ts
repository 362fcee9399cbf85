/** The vectors of core/, one module a source file, in one list. */
import type { Vector } from '../../support/property.ts'
import { cases as report } from './container/report.ts'

export const cases: ReadonlyArray<Vector> = [...report]
