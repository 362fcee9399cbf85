/**
 * `node dist/test/sim/replay.js SEED`: one world again, with every event and effect. `SEED --shrink` looks for the fewest kinds of fault
 * that still break it; `FROM TO` runs many and says which broke, by rule. `--without=a,b` leaves faults out.
 */
import process from 'node:process'
import { faultNames, planOf } from './plan.ts'
import type { Outcome } from './world.ts'
import { replayCommand, runWorld } from './world.ts'
import { runWorlds, tallyLine } from './worlds.ts'

const args = process.argv.slice(2)
const flags = args.filter((arg) => arg.startsWith('--'))
const [from = 1, to] = args.filter((arg) => !arg.startsWith('--')).map(Number)
const listed = flags.find((flag) => flag.startsWith('--without='))?.slice('--without='.length).split(',') ?? []
const without = new Set(listed)
const print = (line: string): void => void process.stdout.write(`${line}\n`)

const verdict = ({ breach }: Outcome): string => breach === undefined ? 'no rule was broken' : `BROKEN ${breach.rule}: ${breach.what}`

/** The faults that are needed: each is left out for good if the same rule breaks without it. */
const shrink = (seed: number): ReadonlySet<string> => {
  const rule = runWorld(seed, { without }).breach?.rule
  let left = without
  for (const name of faultNames) {
    const fewer = new Set([...left, name])
    if (runWorld(seed, { without: fewer }).breach?.rule === rule) left = fewer
  }
  return left
}

const many = (first: number, last: number): void => {
  const tally = runWorlds(first, last, { without })
  for (const rule of new Set(tally.broken.map(({ breach }) => breach?.rule))) {
    const outcomes = tally.broken.filter(({ breach }) => breach?.rule === rule)
    print(`${outcomes.length} x ${rule}`)
    for (const { seed, breach, events } of outcomes) print(`  ${seed}: ${breach?.what} (${events} events)`)
  }
  if (tally.broken.length > 0) process.exitCode = 1
  print(tallyLine(tally))
  print([...tally.seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([tag, count]) => `${tag} ${count}`).join(', '))
}

if (to !== undefined) many(from, to)
else {
  const left = flags.includes('--shrink') ? shrink(from) : without
  const { faults, policy } = planOf(from, left)
  const outcome = runWorld(from, { without: left, print: flags.includes('--quiet') ? () => {} : print })
  print(`faults ${Object.entries(faults).filter(([, dose]) => dose > 0).map(([name]) => name).join(' ')}`)
  print(`policy ${JSON.stringify(policy)}`)
  if (left.size > 0) print(`without ${[...left].join(',')}`)
  print(`${verdict(outcome)}\n${replayCommand(outcome)}`)
}
