/** `run --cri-socket` and `events` as programs, on an embedded containerd. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { startEmbeddedContainerd } from '../../../shell/embedded/index.ts'
import { inProject } from '../../support/paths.ts'
import { waitFor } from '../../support/wait_for.ts'

const main = inProject('dist/shell/cli/main.js')

interface Running {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  readonly ended: Promise<number | null>
}

const start = (...args: ReadonlyArray<string>): Running => {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => void (out += String(chunk)))
  child.stderr.on('data', (chunk) => void (err += String(chunk)))
  return { child, out: () => out, err: () => err, ended: new Promise((resolve) => child.once('close', (code) => resolve(code))) }
}

t.test('events follows what run serves, for people and as JSON, from now and from a number', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'events-'))
  const stand = await startEmbeddedContainerd({ namespace: 'ci' })
  const socket = join(folder, 'ci.sock')
  const stateDir = join(folder, 'state')
  const template = join(folder, '{namespace}.sock')
  const starting = (): Running =>
    start('run', '--address', stand.address, '--namespace', 'ci', '--state-dir', stateDir, '--cri-socket', template)
  const run = starting()
  const followers: Array<Running> = []
  const follow = (...args: ReadonlyArray<string>): Running => {
    const follower = start('events', '--cri-socket', socket, ...args)
    followers.push(follower)
    return follower
  }
  try {
    await waitFor(() => run.out().includes('connected') || run.err().includes('connected'), { what: 'run to connect' })
    const people = follow()
    await stand.run({ id: 'a', command: ['/bin/sh', '-c', 'exit 3'] })
    await waitFor(() => people.out().includes('STOPPED a'), { what: 'a to be told' })
    const lines = people.out().trim().split('\n')
    t.match(lines[0], /^\d{4}-\S+Z CREATED a /)
    t.match(lines.find((line) => line.includes('STOPPED')), /^\S+Z STOPPED a pod=a:pod exitCode=3 reason=Error exitedAt=\S+Z seq=1$/)

    await stand.run({ id: 'b', command: ['/bin/sh', '-c', 'exit 0'] })
    const json = follow('--json', '--from', '2')
    await waitFor(() => json.out().includes('"seq":2'), { what: 'b to be told' })
    const stopped = json.out().trim().split('\n').map((line): unknown => JSON.parse(line))[0]
    t.match(stopped, { msg: 'container stopped', id: 'b', pod: 'b:pod', exitCode: 0, reason: 'Completed', seq: 2 })

    people.child.kill('SIGTERM')
    t.equal(await people.ended, 0, 'stopped by a signal')
    run.child.kill('SIGTERM')
    t.equal(await json.ended, 1, 'the stream ended')
    t.equal(json.err(), 'The reaper is stopping\n')
    t.equal(await run.ended, 0)

    const late = follow()
    t.equal(await late.ended, 1)
    t.equal(late.err(), `Cannot reach a reaper on ${socket}: ENOENT; is one running with that --cri-socket?\n`)

    const next = starting()
    followers.push(next)
    await waitFor(() => existsSync(socket), { what: 'the next run to serve' })
    const again = follow('--json', '--from', '1')
    await waitFor(() => again.out().includes('"seq":2'), { what: 'both to be told again' })
    t.equal(again.out().trim().split('\n').at(-1), json.out().trim().split('\n')[0], 'word for word')
  } finally {
    for (const { child } of [run, ...followers]) child.kill('SIGKILL')
    await Promise.all([run, ...followers].map(({ ended }) => ended))
    await stand.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

t.test('run refuses a socket that somebody answers on, before it has deleted anything', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'events-'))
  const stand = await startEmbeddedContainerd({ namespace: 'ci' })
  await stand.run({ id: 'a', command: ['/bin/sh', '-c', 'exit 3'] })
  await stand.exited('a')
  const run = start(
    'run',
    '--address',
    stand.address,
    '--namespace',
    'ci',
    '--state-dir',
    join(folder, 'state'),
    '--cri-socket',
    stand.address,
  )
  t.equal(await run.ended, 1)
  t.match(run.err(), /Cannot use socket .*: something answers on it; stop that, or give another path\n$/)
  t.equal(stand.status('a'), 'STOPPED', 'its task is still there')
  await stand.stop()
  rmSync(folder, { recursive: true, force: true })
})
