/** The last run of all seeded bugs, as a page. */
import { readFileSync, writeFileSync } from 'node:fs'
import { inProject } from '../support/paths.ts'
import type { Mutation } from './mutation.ts'
import type { Found } from './seed.ts'

export interface Outcome {
  readonly mutation: Mutation
  readonly found: Found
}

const page = inProject('test', 'mutation', 'README.md')
const mark = '<!-- Below this line: written by `node dist/test/nightly/mutations.js --commit`. -->'

const row = ({ mutation: { name, file, by }, found }: Outcome): string => {
  const where = found === undefined ? 'NOT CAUGHT' : typeof found === 'string' ? 'NOT RUN' : found.where
  return `| ${name} | \`${file}\` | ${by} | ${where} |`
}

export const writePage = (outcomes: ReadonlyArray<Outcome>, worlds: number): void => {
  const [above = ''] = readFileSync(page, 'utf8').split(mark)
  const caught = outcomes.filter(({ found }) => typeof found === 'object').length
  const table = [
    `${outcomes.length} seeded bugs, ${caught} caught by the check named for them; at most ${worlds} simulated worlds each.`,
    '',
    '| the machine... | where | caught by | first seen in |',
    '| --- | --- | --- | --- |',
    ...outcomes.map(row),
  ]
  writeFileSync(page, `${above}${mark}\n\n${table.join('\n')}\n`)
}
