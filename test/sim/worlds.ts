/** Many worlds one after the other, and what they came to. */
import assert from 'node:assert/strict'
import process from 'node:process'
import type { Options, Outcome } from './world.ts'
import { replayCommand, runWorld } from './world.ts'

export interface Tally {
  readonly worlds: number
  readonly broken: ReadonlyArray<Outcome>
  readonly events: number
  readonly announced: number
  readonly seconds: number
  /** Events by their kind: what the worlds have seen at all. */
  readonly seen: ReadonlyMap<string, number>
}

/** The worlds of the seeds `first` to `last`. `each` is told of every one as it ends. */
export const runWorlds = (first: number, last: number, options: Options = {}, each: (outcome: Outcome) => void = () => {}): Tally => {
  const started = process.hrtime.bigint()
  const broken: Outcome[] = []
  let events = 0
  let announced = 0
  const seen = new Map<string, number>()
  for (let seed = first; seed <= last; seed += 1) {
    const outcome = runWorld(seed, options)
    events += outcome.events
    announced += outcome.announced
    for (const [tag, count] of outcome.seen) seen.set(tag, (seen.get(tag) ?? 0) + count)
    if (outcome.breach !== undefined) broken.push(outcome)
    each(outcome)
  }
  return { worlds: last - first + 1, broken, events, announced, seconds: Number(process.hrtime.bigint() - started) / 1e9, seen }
}

/** What several processors came to side by side, in `seconds`. */
export const joined = (tallies: ReadonlyArray<Tally>, seconds: number): Tally => {
  const seen = new Map<string, number>()
  for (const tally of tallies) for (const [tag, count] of tally.seen) seen.set(tag, (seen.get(tag) ?? 0) + count)
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0)
  return {
    worlds: sum(({ worlds }) => worlds),
    broken: tallies.flatMap(({ broken }) => broken),
    events: sum(({ events }) => events),
    announced: sum(({ announced }) => announced),
    seconds,
    seen,
  }
}

/** Which rule a world broke, and how to see it again. */
export const complaint = (outcome: Outcome): string =>
  `Rule broken in world ${outcome.seed}: ${outcome.breach?.rule}: ${outcome.breach?.what}\nSee it again: ${replayCommand(outcome)}`

export const tallyLine = ({ worlds, broken, events, announced, seconds }: Tally): string =>
  `${worlds} worlds, ${broken.length} broken, ${events} events, ${announced} announced, ${seconds.toFixed(1)} s, ${
    Math.round(worlds / seconds * 60)
  } worlds a minute`

/** A size that can be set from outside, a whole number. */
export const sizeFrom = (name: string, otherwise: number): number => {
  const value = Number(process.env[name] ?? otherwise)
  assert.ok(Number.isSafeInteger(value) && value >= 0, `Cannot read ${name}: wanted a whole number, found ${process.env[name]}`)
  return value
}
