// Runs everything that must hold before a change lands, and adds it up: each gate is one check, tap's and Deno's tests are counted singly.
// Plain JavaScript, because it has to run before anything is built. With arguments it builds and runs only those compiled tap files;
// after --built it does not even build.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

const built = process.argv[2] === '--built'
const files = process.argv.slice(built ? 3 : 2)
const inCi = Boolean(process.env.CI)
const env = {
  ...process.env,
  NO_COLOR: '1',
  PATH: `${process.cwd()}/node_modules/.bin:${process.env.PATH ?? ''}`,
}

const total = { passed: 0, failed: 0, skipped: 0 }
const complaints = []

const add = ({ passed, failed, skipped }) => {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}

/** Commands under way: whoever ends this run ends them too, for their daemons and containers are cleaned up by them. */
const children = new Set()
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.once(name, () => {
    const ending = [...children].map((child) => new Promise((ended) => child.once('close', ended)))
    for (const child of children) child.kill(name)
    void Promise.all(ending).then(() => process.exit(1))
  })
}

/** Starts a command and gives every line of its output to `onLine`; resolves to its exit code. */
const run = (command, args, onLine, more = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] })
    children.add(child)
    const streams = [child.stdout, child.stderr].map((input) => {
      const lines = createInterface({ input })
      lines.on('line', onLine)
      return new Promise((done) => lines.once('close', done))
    })
    child.once('error', (error) => {
      onLine(`Cannot start ${command}: ${error.message}`)
      resolve(1)
    })
    child.once('close', () => children.delete(child))
    child.once('close', (code) => Promise.all(streams).then(() => resolve(code ?? 1)))
  })

/** One command that must end with exit code 0; its output is shown only if it does not. */
const gate = async (name, command, args) => {
  const began = Date.now()
  const lines = []
  const code = await run(command, args, (line) => lines.push(line))
  const ok = code === 0
  console.log(`${ok ? 'ok' : 'not ok'} - ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
  if (!ok) {
    console.log(lines.map((line) => `    ${line}`).join('\n'))
    complaints.push(name)
  }
  add({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 })
  return ok
}

/** Of a file's output: the blocks in which something failed. A block is one outer test. */
const failuresOf = (lines) => {
  const blocks = [[]]
  for (const line of lines) {
    if (/^ {4}# Subtest: /.test(line)) blocks.push([])
    blocks[blocks.length - 1].push(line)
  }
  const failed = blocks.filter((block) => block.some((line) => /^\s+not ok /.test(line)))
  return (failed.length > 0 ? failed : blocks).flat().join('\n')
}

/**
 * tap: one line a file; the inside of a file is shown if something in it failed, and every skip with its reason. What differs from an
 * ordinary run is said by `more`, its environment, and by `where`, in words.
 */
const tap = async ({ chosen = [], more = {}, where = '', jobs = 2 } = {}) => {
  let inside = []
  let summary
  const onLine = (line) => {
    const counts = /^# \{ (total: .*) \}$/.exec(line)
    if (counts) {
      const read = (name) => Number(new RegExp(`${name}: (\\d+)`).exec(counts[1])?.[1] ?? 0)
      summary = { passed: read('pass'), failed: read('fail'), skipped: read('skip') + read('todo') }
      return
    }
    const file = /^(ok|not ok) \d+ - (.*)$/.exec(line)
    if (file) {
      if (file[1] === 'not ok') {
        console.log(failuresOf(inside))
        complaints.push(file[2].replace(/ #.*|$/, where))
      } else for (const skip of inside.filter((l) => /^\s+ok .*# (SKIP|TODO)/i.test(l))) console.log(skip)
      console.log(`${file[1]} - ${file[2].replace(/ #|$/, (rest) => where + rest)}`)
      inside = []
    } else inside.push(line)
  }
  const code = await run('node', ['node_modules/tap/dist/esm/run.mjs', '--reporter=tap', '-j', String(jobs), ...chosen], onLine, more)
  if (summary === undefined || (code !== 0 && summary.failed === 0)) {
    console.log(inside.join('\n'))
    complaints.push(`tap${where} ended with exit code ${code}`)
    summary = { passed: summary?.passed ?? 0, failed: 1, skipped: summary?.skipped ?? 0 }
  }
  add(summary)
}

const onContainerd = (...names) => names.map((name) => `dist/test/containerd/${name}.test.js`)

/**
 * The main paths once more, with the reaper on Deno, and on the newest containerd that Debian has. The rest of all that is nightly work:
 * test/nightly/versions.ts.
 */
const elsewhere = async () => {
  if (process.getuid?.() !== 0) return // each of these tests has said above that it needs root
  await tap({ chosen: onContainerd('exits', 'outages'), more: { REAPER_RUNTIME: 'deno' }, where: ' (the reaper on Deno)' })
  const said = []
  const code = await run('sh', ['test/support/debian/containerd.sh', '2'], (line) => said.push(line))
  const folder = said.findLast((line) => line.startsWith('/'))
  if (code === 0) {
    const chosen = onContainerd('exits', 'hanging', 'outages') // which wait more than they work
    return tap({ chosen, more: { CONTAINERD_BIN_DIR: folder }, where: ` (on ${folder})`, jobs: 3 })
  }
  console.log(`ok - the main paths on containerd 2 # SKIP ${said.at(-1)}`)
  add({ passed: 0, failed: 0, skipped: 1 })
}

/** Deno's own test runner over the properties, the vectors and the examples in comments. */
const deno = async (name, args) => {
  const lines = []
  let summary
  const code = await run('deno', ['test', ...args], (line) => {
    lines.push(line)
    const counts = /^(?:ok|FAILED) \| (\d+) passed(?: \(.*?\))? \| (\d+) failed(?: \(.*?\))?(?: \| (\d+) ignored)?/.exec(line)
    if (counts) summary = { passed: Number(counts[1]), failed: Number(counts[2]), skipped: Number(counts[3] ?? 0) }
  })
  const ok = code === 0 && summary !== undefined
  console.log(`${ok ? 'ok' : 'not ok'} - ${name}${summary ? ` (${summary.passed} passed)` : ''}`)
  if (!ok) {
    console.log(lines.map((line) => `    ${line}`).join('\n'))
    complaints.push(name)
    summary = { passed: summary?.passed ?? 0, failed: Math.max(1, summary?.failed ?? 1), skipped: summary?.skipped ?? 0 }
  }
  add(summary)
}

const everything = async () => {
  if (existsSync('test/support/install.sh')) await gate('what the tests need is installed', 'bash', ['test/support/install.sh'])
  await gate('builds', 'tsc', ['-p', 'tsconfig.json'])
  await Promise.all([
    gate('lint', 'eslint', ['.']),
    (async () => {
      await gate('core compiles without any ambient type', 'tsc', ['-p', 'core/tsconfig.json'])
      await gate('what is exported says its types itself', 'tsc', ['-p', 'shell/tsconfig.json'])
      await gate('format', 'deno', ['fmt', '--check'])
      await gate('type-checks on Deno', 'deno', ['check', 'core', 'shell', 'test/deno'])
      await gate('generated protobuf code is up to date', 'node', ['test/support/proto.mjs', '--check'])
    })(),
  ])
  await tap()
  await elsewhere()
  await deno('properties and vectors on Deno', ['-A', '--permit-no-files', 'test/deno'])
  await deno('examples on Deno', ['-A', '--doc', '--permit-no-files', 'core', 'shell', ...['README.md'].filter((name) => existsSync(name))])
}

const some = async () => {
  if (built || await gate('builds', 'tsc', ['-p', 'tsconfig.json'])) await tap({ chosen: files })
}

await (files.length > 0 ? some() : everything())

if (complaints.length > 0) console.log(`\nFailed:\n${complaints.map((line) => `  ${line}`).join('\n')}`)
if (inCi && total.skipped > 0) {
  console.log(`\nSkipped in CI, where everything must run: ${total.skipped}`)
  total.failed += total.skipped
  total.skipped = 0
}
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = total.failed > 0 ? 1 : 0
