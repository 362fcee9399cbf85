/**
 * Every seeded bug, one after the other: is it caught by the check that is named for it? `MUTATION_WORLDS` says how many simulated worlds a
 * bug is given (3,000), `MUTATION_ONLY` picks those whose name holds it, `--commit` keeps the result in test/mutation/README.md.
 */
import process from 'node:process'
import { mutations } from '../mutation/list.ts'
import { type Outcome, writePage } from '../mutation/page.ts'
import { copyOfProject } from '../mutation/seed.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const worlds = Number(process.env['MUTATION_WORLDS'] ?? 3_000)
const only = process.env['MUTATION_ONLY'] ?? ''

const chosen = mutations.filter(({ name }) => name.includes(only))
/** A check that finds something where nothing is broken catches nothing where something is. */
const controls = new Set(chosen.map(({ by }) => (by.startsWith('vector: ') ? by : by.replace(/: .*/, ': *'))))

const copy = copyOfProject()
const outcomes: Outcome[] = []
const unsound: string[] = []
try {
  for (const check of controls) {
    const found = copy.control(check, 100)
    if (found === undefined) continue
    unsound.push(check)
    print(`${check}: finds something though nothing is broken: ${JSON.stringify(found)}`)
  }
  for (const mutation of chosen) {
    const found = copy.run(mutation, worlds)
    outcomes.push({ mutation, found })
    const verdict = found === undefined ? 'NOT CAUGHT by' : typeof found === 'string' ? found : `caught in ${found.where} by`
    print(`${mutation.name}: ${verdict} ${mutation.by}`)
  }
} finally {
  copy.remove()
}
const caught = outcomes.filter(({ found }) => typeof found === 'object').length
if (process.argv.includes('--commit')) writePage(outcomes, worlds)
process.exitCode = caught === outcomes.length && outcomes.length > 0 && unsound.length === 0 ? 0 : 1
print(
  `mutations: ${outcomes.length} seeded bugs, ${caught} caught by the check named for them, ${outcomes.length - caught} not; ` +
    `${controls.size - unsound.length} of ${controls.size} checks find nothing where nothing is broken`,
)
