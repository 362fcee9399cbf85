/**
 * `node dist/test/sim/replay.js SEED`: one world again, with every event and effect. `SEED --shrink` looks for the fewest kinds of fault
 * that still break it; `FROM TO` runs many and says which broke, by rule. `--without=a,b` leaves faults out.
 */
import process from 'node:process'
import { faultNames, planOf } from './plan.ts'
import type { Outcome } from './world.ts'
import { replayCommand, runWorld } from './world.ts'

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
  const started = process.hrtime.bigint()
  const byRule = new Map<string, Outcome[]>()
  let events = 0
  let announced = 0
  const seen = new Map<string, number>()
  for (let seed = first; seed <= last; seed += 1) {
    const outcome = runWorld(seed, { without })
    events += outcome.events
    announced += outcome.announced
    for (const [tag, count] of outcome.seen) seen.set(tag, (seen.get(tag) ?? 0) + count)
    if (outcome.breach !== undefined) byRule.set(outcome.breach.rule, [...(byRule.get(outcome.breach.rule) ?? []), outcome])
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  for (const [rule, outcomes] of byRule) {
    print(`${outcomes.length} x ${rule}`)
    const [shortest] = [...outcomes].sort((a, b) => a.events - b.events)
    for (const outcome of new Set([shortest, ...outcomes.slice(0, 4)])) {
      if (outcome !== undefined) print(`  ${outcome.seed}: ${outcome.breach?.what}`)
    }
  }
  const worlds = last - first + 1
  const broken = [...byRule.values()].reduce((sum, outcomes) => sum + outcomes.length, 0)
  if (broken > 0) process.exitCode = 1
  print(
    `${worlds} worlds, ${broken} broken, ${events} events, ${announced} announced, ${seconds.toFixed(1)} s, ${
      Math.round(worlds / seconds * 60)
    } worlds a minute`,
  )
  print([...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([tag, count]) => `${tag} ${count}`).join(', '))
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
