/** A handling as its newest row tells of it, which is all that a restart knows. @module */
import type { Handling } from '../container/handling.ts'
import { walked } from '../container/trail.ts'
import type { Exit } from '../exit.ts'
import type { Millis } from '../ids.ts'
import type { RunRecord } from '../record.ts'

/** The handling of `exit` where `row` left it. `now`, if it is known, is noted as the time at which it was taken up. */
export const takenUp = (row: RunRecord, exit: Exit, now: Millis | undefined): Handling => {
  const handling = handlingOf(row, exit)
  return now === undefined ? handling : walked({ at: now }, handling, 'resume')
}

const handlingOf = ({ standing, attempts, lastError, notified, at, trail = [] }: RunRecord, exit: Exit): Handling => ({
  exit,
  seenAt: at,
  failures: attempts,
  lastError,
  durable: true,
  stale: false,
  goal: 'unknown',
  checkedAt: undefined,
  // Better news than an inference may still come. The time that others were given has surely passed.
  graced: exit.rank !== 'inferred',
  notified,
  killed: false,
  drained: false,
  missed: false,
  owed: standing === 'announced',
  slow: false,
  deadline: undefined,
  trail,
})
