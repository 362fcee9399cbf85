/** Keeps the last result in docs/benchmarks.md. What other benchmarks said there before stays until they are run again. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { inProject } from '../test/support/paths.ts'

const file = inProject('docs', 'benchmarks.md')

const preface = `# Benchmarks

What \`npm run bench -- --save\` last found. Figures hold for the machine they were measured on, and this one is shared with other work:
trust the ratios, which compare contestants that took turns. A bar that is missed makes \`npm run bench\` fail.
`

/** `section` has a heading of the second rank, by which it replaces an older one. */
export const save = (section: string): void => {
  const older = existsSync(file) ? readFileSync(file, 'utf8').split(/^(?=## )/m).slice(1) : []
  const kept = older.filter((other) => titleOf(other) !== titleOf(section))
  const parts = [preface, ...[...kept, section].sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1))]
  writeFileSync(file, parts.map((part) => `${part.trim()}\n`).join('\n'))
}

const titleOf = (section: string): string => section.trim().split('\n', 1)[0] ?? ''
