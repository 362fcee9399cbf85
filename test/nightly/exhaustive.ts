/**
 * Every history of the small worlds, as deep as fits into about a minute. `EXHAUSTIVE_SIZE=test` searches as deep as a test run does;
 * `--commit` keeps the numbers in test/exhaustive/reached.json, without `EXHAUSTIVE_SIZE` those of both.
 */
import process from 'node:process'
import { commit, type Size } from '../exhaustive/reached.ts'
import { runSearch } from '../exhaustive/run.ts'
import type { Reached } from '../exhaustive/search.ts'
import { smallWorlds } from '../exhaustive/worlds.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)

const keeps = process.argv.includes('--commit')
const isTest = process.env['EXHAUSTIVE_SIZE'] === 'test'
const sizes: ReadonlyArray<Size> = isTest ? ['test run'] : keeps ? ['test run', 'minute'] : ['minute']

const reached: Array<readonly [string, Size, Reached]> = []
const problems: string[] = []
for (const size of sizes) {
  for (const world of smallWorlds()) {
    const ran = runSearch(world, size, print)
    reached.push([world.name, size, ran.reached])
    problems.push(...ran.problems.filter((it) => !keeps || it.includes('rule broken')))
  }
}
for (const problem of problems) print(problem)
if (keeps && problems.length === 0) commit(reached)

const total = (what: 'situations' | 'transitions'): number => reached.reduce((sum, [, , it]) => sum + it[what], 0)
process.exitCode = problems.length === 0 ? 0 : 1
print(
  `exhaustive: ${reached.length} searches, ${total('situations')} situations, ${
    total('transitions')
  } transitions, ${problems.length} problems`,
)
