/** The last run of all seeded bugs, as a page. */
import { readFileSync, writeFileSync } from 'node:fs'
import { inProject } from '../support/paths.ts'
import { mutations } from './list.ts'
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

/** Rows of bugs that were not seeded this time stay as they are. */
export const writePage = (outcomes: ReadonlyArray<Outcome>, worlds: number): void => {
  const [above = '', below = ''] = readFileSync(page, 'utf8').split(mark)
  const kept = new Map(
    below.split('\n').flatMap((line) => {
      const name = /^\| (.+?) +\| `/.exec(line)?.[1]
      return name === undefined ? [] : [[name, line] as const]
    }),
  )
  const now = new Map(outcomes.map((outcome) => [outcome.mutation.name, row(outcome)]))
  const rows = mutations.map(({ name }) => now.get(name) ?? kept.get(name) ?? `| ${name} | | | NOT RUN |`)
  const missed = rows.filter((line) => /\| NOT (CAUGHT|RUN) *\|$/.test(line)).length
  const table = [
    `${rows.length} seeded bugs, ${rows.length - missed} caught by the check named for them; at most ${worlds} simulated worlds each.`,
    '',
    '| the machine... | where | caught by | first seen in |',
    '| --- | --- | --- | --- |',
    ...rows,
  ]
  writeFileSync(page, `${above}${mark}\n\n${table.join('\n')}\n`)
}
