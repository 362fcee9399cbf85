/**
 * Many more simulated worlds than fit into a test run. `SIM_SEEDS` says how many (100,000 by default), `SIM_FROM` which is the first.
 * Ends with one line of what they came to; exit code 1 if any rule was broken.
 */
import process from 'node:process'
import { complaint, runWorlds, sizeFrom, tallyLine } from '../sim/worlds.ts'

const from = sizeFrom('SIM_FROM', 1)
const count = sizeFrom('SIM_SEEDS', 100_000)
const print = (line: string): void => void process.stdout.write(`${line}\n`)
/** A sign of life each that many worlds. */
const stride = 10_000

const tally = runWorlds(from, from + count - 1, {}, (outcome) => {
  if (outcome.breach !== undefined) print(complaint(outcome))
  if ((outcome.seed - from + 1) % stride === 0) print(`${outcome.seed - from + 1} of ${count} worlds`)
})
print([...tally.seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([tag, events]) => `${tag} ${events}`).join(', '))
print(tallyLine(tally))
if (tally.broken.length > 0) process.exitCode = 1
