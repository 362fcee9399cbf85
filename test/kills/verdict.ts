/** What all lives together must have told of the containers that exited: each run once, under one number, with its true code. */
import type { Announcement, ReaperRecord } from '../../core/index.ts'
import type { StoppedLine } from '../support/reaper.ts'
import type { Exiting } from './world.ts'

export interface Verdict {
  readonly exits: number
  readonly lostCodes: number
  /** Runs of which no life printed a line. */
  readonly lostLines: number
  /** Runs whose announcement is not in the store. */
  readonly lostAnnouncements: number
  /** Announcements with two numbers, runs with two identities, numbers that were given twice. */
  readonly doubled: number
  /** Nobody who was alive could know how these ended: told as 255 that says so. */
  readonly unseen: number
  /** Nobody who was alive could know that they were, and nobody told of them. */
  readonly unheardOf: number
  /** True codes with another reason, for nobody could count OOM kills. */
  readonly uncounted: number
  /** Lines that came again after a kill, with the same number. */
  readonly repeated: number
  /** In words, what is wrong. */
  readonly complaints: ReadonlyArray<string>
}

interface Told {
  readonly id: string
  readonly pid: number
  readonly identity: string
  readonly seq: number
  readonly code: number
  readonly reason: string
}

const identityOf = (run: { readonly id: string; readonly pid: number; readonly generation: number }): string =>
  `${run.id} pid ${run.pid} generation ${run.generation}`

const ofLine = (line: StoppedLine): Told => ({ ...line, identity: identityOf(line), code: line.exitCode })
const ofRow = ({ run, seq, exitCode, reason }: Announcement): Told => ({
  id: run.id,
  pid: run.pid,
  identity: identityOf(run),
  seq,
  code: exitCode,
  reason,
})

const distinct = <A>(list: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(list)]

/** Numbers that several runs have, and runs that have several numbers. */
const doubles = (told: ReadonlyArray<Told>): ReadonlyArray<string> => {
  const twice = (key: (one: Told) => string | number, value: (one: Told) => string | number, words: string): ReadonlyArray<string> =>
    distinct(told.map(key)).flatMap((of) => {
      const values = distinct(told.filter((one) => key(one) === of).map(value))
      return values.length > 1 ? [`${of} has ${words} ${values.join(' and ')}`] : []
    })
  return [
    ...twice(({ identity }) => identity, ({ seq }) => seq, 'the numbers'),
    ...twice(({ seq }) => seq, ({ identity }) => identity, 'been given to'),
    ...twice(({ id }) => id, ({ identity }) => identity, 'been told as'),
  ]
}

/** What nobody can be asked to tell. */
export interface Excuse {
  /** Nobody who was alive could know how it ended. */
  readonly isUnseen: (id: string) => boolean
  /** Nor that it was. */
  readonly isUnheardOf: (id: string) => boolean
  /** Nobody could count its OOM kills any more. */
  readonly isUncounted: (id: string) => boolean
}

export const judge = (
  exiting: ReadonlyArray<Exiting>,
  lines: ReadonlyArray<StoppedLine>,
  rows: ReadonlyArray<ReaperRecord>,
  { isUnseen, isUnheardOf, isUncounted }: Excuse,
): Verdict => {
  const printed = lines.map(ofLine)
  const kept = rows.flatMap((row) => (row._tag === 'Announcement' && row.type === 'CONTAINER_STOPPED' ? [ofRow(row)] : []))
  const told = [...printed, ...kept]
  const isUnknown = ({ code, reason }: Told): boolean => code === 255 && (reason === 'Unknown' || reason === 'OOMKilled')
  const wrong = exiting.flatMap(({ id, code, reason, pid }) => {
    const [first] = told.filter((one) => one.id === id)
    if (first === undefined || (isUnknown(first) && isUnseen(id))) return []
    return first.code === code && first.pid === pid && (first.reason === reason || isUncounted(id))
      ? []
      : [`${id}: wanted ${code} ${reason} of pid ${pid}, found ${first.code} ${first.reason} of pid ${first.pid}`]
  })
  const owed = exiting.filter(({ id }) => !isUnheardOf(id) || told.some((one) => one.id === id))
  const unprinted = owed.filter(({ id }) => !printed.some((one) => one.id === id)).map(({ id }) => `${id}: no line was printed`)
  const unkept = owed.filter(({ id }) => !kept.some((one) => one.id === id)).map(({ id }) => `${id}: no announcement is in the store`)
  const doubled = doubles(told)
  return {
    exits: exiting.length,
    lostCodes: wrong.length,
    lostLines: unprinted.length,
    lostAnnouncements: unkept.length,
    doubled: doubled.length,
    unseen: exiting.filter(({ id }) => told.some((one) => one.id === id && isUnknown(one))).length,
    uncounted:
      exiting.filter(({ id, code, reason }) => told.some((one) => one.id === id && one.code === code && one.reason !== reason)).length,
    unheardOf: exiting.length - owed.length,
    repeated: printed.length - distinct(printed.map(({ seq }) => seq)).length,
    complaints: [...wrong, ...unprinted, ...unkept, ...doubled],
  }
}

/** The numbers of a verdict, for one line. */
export const figures = (verdict: Verdict): string =>
  `${verdict.exits} exits: lost codes ${verdict.lostCodes}, lost announcements ${verdict.lostAnnouncements}, lost lines ${verdict.lostLines}, ` +
  `doubled ${verdict.doubled}; told as unknown, for nobody knew, ${verdict.unseen}, and not at all, for the same reason, ${verdict.unheardOf}, OOM kills not counted ${verdict.uncounted}, lines repeated ${verdict.repeated}`
