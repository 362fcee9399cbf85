/**
 * Runs the parts of the nightly run, all or those that are named, and keeps each one's last result in docs/nightly.md, with its date and
 * commit. What other parts said there before stays until they are run again. Ends with 1 when a part failed, with 2 when it is asked for
 * what there is not.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { inProject } from '../support/paths.ts'
import { type Part, parts } from './parts.ts'

const file = inProject('docs', 'nightly.md')

const preface = `# The nightly run

What does not fit into a test run: \`.ci/nightly\`, or \`.ci/nightly PART...\` for some of it. Each part with its last result, when, and of which commit.
`

interface Outcome {
  readonly code: number
  readonly lastLine: string
}

/** Its output is passed on as it comes; the last line that says something is its result. */
const runPart = ({ name }: Part): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [inProject('dist', 'test', 'nightly', `${name}.js`)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let lastLine = 'said nothing'
    createInterface({ input: child.stdout }).on('line', (line) => {
      console.log(line)
      if (line.trim() !== '') lastLine = line.trim()
    })
    child.once('close', (code) => resolve({ code: code ?? 1, lastLine }))
  })

const git = (...args: ReadonlyArray<string>): string => execFileSync('git', args, { cwd: inProject(), encoding: 'utf8' }).trim()

const commit = (): string => {
  const changed = git('status', '--porcelain', '--', 'core', 'shell', 'test', 'package-lock.json')
  return `${git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : ', with changes not committed'}`
}

const rowOf = ({ name, shows }: Part, { code, lastLine }: Outcome): string => {
  const cells = [name, shows, code === 0 ? 'passed' : 'FAILED', lastLine, new Date().toISOString().slice(0, 10), commit(), process.version]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

const head = '| part | what it shows | | result | date | commit | Node |\n| --- | --- | --- | --- | --- | --- | --- |'

/** Rows by the part that they begin with. */
const keptRows = (): ReadonlyMap<string, string> => {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  return new Map(lines.flatMap((line) => {
    const name = /^\| (\w+) \|/.exec(line)?.[1]
    return name === undefined ? [] : [[name, line]]
  }))
}

const keep = (name: string, row: string): void => {
  const rows = new Map(keptRows()).set(name, row)
  const table = parts.flatMap((part) => rows.get(part.name) ?? [])
  writeFileSync(file, `${preface}\n${head}\n${table.join('\n')}\n`)
}

const main = async (names: ReadonlyArray<string>): Promise<number> => {
  const unknown = names.find((name) => !parts.some((part) => part.name === name))
  if (unknown !== undefined) {
    console.error(`Cannot run the nightly part ${unknown}: wanted ${parts.map(({ name }) => name).join(', ')}, found none of these`)
    return 2
  }
  let failed = 0
  for (const part of parts) {
    if (names.length > 0 && !names.includes(part.name)) continue
    console.log(`# ${part.name}: ${part.shows}`)
    const outcome = await runPart(part)
    if (outcome.code !== 0) failed += 1
    keep(part.name, rowOf(part, outcome))
  }
  return failed === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
