/** The vectors of core/, one module a source file, in one list. */
import type { Vector } from '../../support/property.ts'
import { cases as container } from './container/all.ts'

export const cases: ReadonlyArray<Vector> = [...container]
