/**
 * What has been done about an exit, step by step, for whoever asks afterwards. It rides in the rows that are written anyway, so it costs no
 * write of its own.
 *
 * @module
 */
import type { Millis } from '../ids.ts'
import type { TrailStep } from '../record.ts'
import type { Handling } from './handling.ts'

/** An exit that is tried for ever must not make a row that grows for ever: about the last eight attempts. */
const mostSteps = 24
/** What containerd says can be pages; the last error is in the row as a whole. */
const mostText = 200

/** The handling with one more step behind it. */
export const walked = ({ at }: { readonly at: Millis }, handling: Handling, what: TrailStep['what'], error?: string): Handling => {
  const step: TrailStep = error === undefined ? { what, at } : { what, at, error: error.slice(0, mostText) }
  return { ...handling, trail: shortened([...handling.trail, step]) }
}

const shortened = (trail: ReadonlyArray<TrailStep>): ReadonlyArray<TrailStep> => {
  if (trail.length <= mostSteps) return trail
  const kept = trail.slice(2 - mostSteps)
  const last = trail[trail.length - kept.length - 1]
  return last === undefined ? trail : [{ what: 'cut', at: last.at }, ...kept]
}
