/**
 * A plugin on NRI's own Go stub, test/support/nri/go_plugin, built with the Go and the sources that Debian's suites have: beside a host
 * that is asked a lot of, beside the program on a real containerd, and started by the program. Needs root on Debian.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Containerd, ctrFor, startContainerd } from '../support/containerd/index.ts'
import { pod, stopped, withHost } from '../support/nri/with_host.ts'
import { inProject } from '../support/paths.ts'
import { type ReaperProcess, startReaper } from '../support/reaper.ts'
import { waitFor } from '../support/wait_for.ts'

const build = async (): Promise<string> => {
  const script = inProject('test', 'support', 'debian', 'go_program.sh')
  const source = inProject('test', 'support', 'nri', 'go_plugin')
  return (await promisify(execFile)('sh', [script, source, 'golang-github-containerd-nri-dev'])).stdout.trim()
}

interface Plugin {
  readonly said: () => string
  readonly ended: Promise<unknown>
}

const start = (program: string, socket: string): Plugin => {
  const child = spawn(program, [socket], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => said += chunk)
  return { said: () => said, ended: new Promise((resolve) => child.once('close', resolve)) }
}

const saysOnce = (said: string, line: string): void =>
  assert.equal(said.split('\n').filter((one) => one === line).length, 1, `once '${line}' in\n${said}`)

/** Nine megabytes of containers come in parts; 301 stops, one of nearly 4 MB, come once each; every answer's update arrives. */
const besideAHost = async (program: string): Promise<void> => {
  const large = Array.from({ length: 9 }, (_, n) => ({ ...stopped(`c${n}`, 'p'), env: ['x'.repeat(1_000_000)] }))
  await withHost({ snapshot: () => Promise.resolve({ pods: [pod('p')], containers: large }) }, async ({ host, socketPath, updates }) => {
    const { said, ended } = start(program, socketPath)
    await waitFor(() => said().includes('Synchronize pods=1 containers=9\n'), { what: 'the synchronisation' })
    for (let n = 0; n < 300; n++) assert.equal((await host.stopContainer(pod('p'), stopped(`m${n}`, 'p'))())._tag, 'Delivered')
    await host.stopContainer(pod('p'), { ...stopped('large', 'p'), env: ['y'.repeat(3_900_000)] })()
    await host.removeContainer(pod('p'), stopped('m0', 'p'))()
    await host.stopPodSandbox(pod('p'))()
    await waitFor(() => said().includes('StopPodSandbox p\n'), { what: 'the last event' })
    assert.equal(said().match(/^StopContainer /gm)?.length, 301)
    saysOnce(said(), 'RemoveContainer m0')
    assert.deepEqual(updates.map(({ linux }) => linux?.resources?.cpu?.shares?.value), Array.from({ length: 301 }, () => 512n))
    await host.close()
    await ended
    saysOnce(said(), 'closed')
  })
}

const reap = async (daemon: Containerd, namespace: string, flags: ReadonlyArray<string>): Promise<ReaperProcess> =>
  startReaper({ address: daemon.address, namespaces: [namespace], stateDir: mkdtempSync(join(daemon.dir, 'reaper-')), flags })

/** What the plugin says when `web` exits with 7 and its record is deleted. */
const exits = async (daemon: Containerd, namespace: string, reaper: ReaperProcess, said: () => string): Promise<void> => {
  const ctr = ctrFor(daemon, namespace)
  await waitFor(() => said().includes('Synchronize '), { what: 'the synchronisation' })
  await ctr.run('web', { command: 'exit 7' })
  await reaper.waitForStopped(['web'])
  await waitFor(() => said().includes('StopContainer web '), { what: 'the stop' })
  await ctr.containerDelete('web')
  await waitFor(() => said().includes('RemoveContainer web\n'), { what: 'the removal' })
  assert.equal(said().match(/^StopContainer web in web state=CONTAINER_STOPPED$/gm)?.length, 1, said())
  assert.deepEqual(await ctr.taskList(), [])
}

const besideTheProgram = async (program: string, daemon: Containerd): Promise<void> => {
  const socket = join(daemon.dir, 'nri.sock')
  const reaper = await reap(daemon, 'beside', ['--nri-socket', socket])
  const { said, ended } = start(program, socket)
  await exits(daemon, 'beside', reaper, said)
  assert.equal(await reaper.stop(), 0)
  await ended
  saysOnce(said(), 'closed')
}

/** A plugin that the program starts has no output of its own, so a script beside it keeps what it says. */
const startedByTheProgram = async (program: string, daemon: Containerd): Promise<void> => {
  const folder = join(daemon.dir, 'plugins')
  mkdirSync(folder)
  const log = join(daemon.dir, 'said')
  copyFileSync(program, join(daemon.dir, 'plugin'))
  writeFileSync(log, '')
  writeFileSync(join(folder, '10-logger'), `#!/bin/sh\nexec '${join(daemon.dir, 'plugin')}' >'${log}'\n`, { mode: 0o755 })
  const reaper = await reap(daemon, 'started', ['--nri-plugin-dir', folder])
  await exits(daemon, 'started', reaper, () => readFileSync(log, 'utf8'))
  assert.equal(await reaper.stop(), 0)
}

const checks = [
  ['a host that is asked a lot of', besideAHost],
  ['beside the program on a real containerd', besideTheProgram],
  ['started by the program', startedByTheProgram],
] as const

let failed = 0
let versions = 'not to be had'
try {
  const program = await build()
  const packages = readFileSync(join(dirname(program), 'packages'), 'utf8')
  const of = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(packages)?.[1] ?? 'unknown'
  versions = `NRI ${of('golang-github-containerd-nri-dev')}, Go ${of('golang-src')}`
  const daemon = await startContainerd()
  try {
    for (const [name, check] of checks) {
      try {
        await check(program, daemon)
        console.log(`ok - ${name}`)
      } catch (error) {
        failed += 1
        console.log(`not ok - ${name}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  } finally {
    await daemon.stop()
  }
} catch (error) {
  failed = checks.length
  console.log(error instanceof Error && 'stderr' in error ? String(error.stderr) : error)
}
console.log(`a plugin of NRI's Go stub (${versions}): ${checks.length - failed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
