/** The vectors of core/, one module a source file, in one list. */
import type { Vector } from '../../support/property.ts'
import { cases as container } from './container/all.ts'
import { cases as fleet } from './fleet.ts'
import { cases as metadata } from './metadata.ts'
import { cases as policy } from './policy.ts'
import { cases as progress } from './progress.ts'
import { cases as relist } from './relist.ts'
import { cases as resume } from './resume.ts'
import { cases as state } from './state.ts'
import { cases as step } from './step.ts'

export const cases: ReadonlyArray<Vector> = [
  ...container,
  ...fleet,
  ...metadata,
  ...policy,
  ...progress,
  ...relist,
  ...resume,
  ...state,
  ...step,
]
