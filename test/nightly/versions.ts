/**
 * All tests of test/containerd/ on each line of containerd, with the reaper on Node, and the main paths with it on Deno. What is not
 * installed comes from Debian's suites. VERSIONS ("1.6 1.7 2") chooses the lines, VERSIONS_TESTS (a regular expression) the files.
 */
import { execFile, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { inProject } from '../support/paths.ts'

interface Count {
  readonly passed: number
  readonly failed: number
}

const add = (a: Count, b: Count): Count => ({ passed: a.passed + b.passed, failed: a.failed + b.failed })

const chosen = new RegExp(process.env['VERSIONS_TESTS'] ?? '.')
const files = (wanted: RegExp): ReadonlyArray<string> =>
  readdirSync(inProject('dist', 'test', 'containerd'))
    .filter((name) => name.endsWith('.test.js') && wanted.test(name) && chosen.test(name))
    .map((name) => `dist/test/containerd/${name}`)

/** The tests as everywhere, without a build; what they print is passed on, and the last line is counted. A skipped test has not passed. */
const run = (tests: ReadonlyArray<string>, env: NodeJS.ProcessEnv): Promise<Count> =>
  new Promise((resolve) => {
    if (tests.length === 0) return resolve({ passed: 0, failed: 0 }) // without any, all of the project would run
    const child = spawn(process.execPath, [inProject('test', 'support', 'run_tests.mjs'), '--built', ...tests], {
      cwd: inProject(),
      env: { ...process.env, ...env, CI: 'true' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let count: Count | undefined
    createInterface({ input: child.stdout }).on('line', (line) => {
      console.log(line)
      const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(line) ?? []
      if (passed !== undefined) count = { passed: Number(passed), failed: Number(failed) }
    })
    child.once('close', () => resolve(count ?? { passed: 0, failed: 1 }))
  })

/** The version of a line and what came of its tests; a line that cannot be had has failed. */
const test = async (line: string): Promise<readonly [string, Count]> => {
  try {
    const fetched = await promisify(execFile)('sh', [inProject('test', 'support', 'debian', 'containerd.sh'), line])
    const folder = fetched.stdout.trim()
    const [, , version = line] = (await promisify(execFile)(`${folder}/containerd`, ['--version'])).stdout.split(' ')
    console.log(`\nOn containerd ${version}, in ${folder}`)
    const env = { CONTAINERD_BIN_DIR: folder }
    const onNode = await run(files(/./), env)
    console.log(`\nOn containerd ${version}, the main paths with the reaper on Deno`)
    const onDeno = await run(files(/exits|outages|hanging/), { ...env, REAPER_RUNTIME: 'deno' })
    return [version, add(onNode, onDeno)]
  } catch (error) {
    console.log(error instanceof Error && 'stderr' in error ? String(error.stderr) : error)
    return [`${line} (not to be had)`, { passed: 0, failed: 1 }]
  }
}

const results: Array<readonly [string, Count]> = []
for (const line of (process.env['VERSIONS'] ?? '1.6 1.7 2').split(' ')) results.push(await test(line))
const failed = results.reduce((sum, [, count]) => sum + count.failed, 0)
console.log(results.map(([version, count]) => `containerd ${version}: ${count.passed} passed, ${count.failed} failed`).join('; '))
process.exitCode = failed > 0 ? 1 : 0
