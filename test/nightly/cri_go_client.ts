/**
 * The CRI socket of the program on a real containerd, asked by the Go client library that crictl and the kubelet are made with
 * (test/support/cri/go_client), built with the Go and the sources that Debian's suites have: what crictl asks, call by call. Debian has
 * no crictl itself. Needs root on Debian.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ctrFor, startContainerd } from '../support/containerd/index.ts'
import { inProject } from '../support/paths.ts'
import { startReaper } from '../support/reaper.ts'
import { waitFor } from '../support/wait_for.ts'

type Message = Readonly<Record<string, unknown>>

const run = promisify(execFile)

const build = async (): Promise<string> => {
  const script = inProject('test', 'support', 'debian', 'go_program.sh')
  return (await run('sh', [script, inProject('test', 'support', 'cri', 'go_client'), 'golang-k8s-cri-client-dev'])).stdout.trim()
}

const messages = (text: string): ReadonlyArray<Message> =>
  text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Message) // what it prints is looked at field by field

const at = (message: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce((value, key) => (typeof value === 'object' && value !== null ? (value as Message)[key] : undefined), message)

const idsOf = (found: ReadonlyArray<Message>): ReadonlyArray<unknown> => found.map((message) => at(message, 'id')).sort()

let passed = 0
let failed = 0
const check = async (name: string, action: () => Promise<void>): Promise<void> => {
  try {
    await action()
    passed += 1
    console.log(`ok - ${name}`)
  } catch (error) {
    failed += 1
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
    console.log(`not ok - ${name}: ${said || (error instanceof Error ? error.message : String(error))}`)
  }
}

const checks = async (program: string): Promise<void> => {
  const daemon = await startContainerd()
  try {
    const socket = join(daemon.dir, 'cri.sock')
    const ctr = ctrFor(daemon, 'shown')
    const reaper = await startReaper({
      address: daemon.address,
      namespaces: ['shown'],
      stateDir: mkdtempSync(join(daemon.dir, 'reaper-')),
      flags: ['--cri-socket', socket],
    })
    const ask = async (...args: ReadonlyArray<string>): Promise<ReadonlyArray<Message>> =>
      messages((await run(program, [socket, ...args])).stdout)
    const one = async (...args: ReadonlyArray<string>): Promise<Message> => {
      const [found, ...more] = await ask(...args)
      assert.ok(found !== undefined && more.length === 0)
      return found
    }
    const listener = spawn(program, [socket, 'events'], { stdio: ['ignore', 'pipe', 'ignore'] })
    let said = ''
    listener.stdout.setEncoding('utf8').on('data', (chunk: string) => said += chunk)

    await ctr.run('runs', { command: 'exec sleep 1000', labels: { app: 'shop' } })
    await ctr.run('web', { command: 'exit 7' })
    await reaper.waitForStopped(['web'])

    await check('version', async () => {
      const found = await one('version')
      assert.equal(at(found, 'runtime_name'), 'containerd-reaper')
    })
    await check('info', async () => {
      const conditions = at(await one('info'), 'status', 'conditions')
      assert.ok(Array.isArray(conditions))
      assert.deepEqual(conditions.map((condition) => at(condition, 'type')), ['RuntimeReady', 'NetworkReady'])
    })
    await check('ps', async () => assert.deepEqual(idsOf(await ask('ps')), ['runs', 'web']))
    await check('pods', async () => assert.deepEqual(idsOf(await ask('pods')), ['runs:pod', 'web:pod']))
    await check('inspect, of one that runs', async () => {
      const status = at(await one('inspect', 'runs'), 'status')
      assert.deepEqual([at(status, 'id'), at(status, 'state'), at(status, 'labels', 'app')], ['runs', 1, 'shop'])
    })
    await check('inspect, of one that has exited', async () => {
      const status = at(await one('inspect', 'web'), 'status')
      assert.deepEqual([at(status, 'state'), at(status, 'exit_code'), at(status, 'reason')], [2, 7, 'Error'])
    })
    await check('inspectp', async () => assert.equal(at(await one('inspectp', 'web:pod'), 'status', 'metadata', 'name'), 'web'))
    await check('inspect, of one that is not there, is NotFound', async () => assert.rejects(ask('inspect', 'nothing'), /code = NotFound/))
    await check('images', async () => void await ask('images'))
    await check('events', async () => {
      await ctr.containerDelete('web')
      const ofWeb = (): ReadonlyArray<Message> =>
        messages(said.slice(0, said.lastIndexOf('\n') + 1)).filter((event) => at(event, 'container_id') === 'web')
      await waitFor(ofWeb, { what: 'the deletion', until: (events) => events.some((event) => at(event, 'container_event_type') === 3) })
      assert.deepEqual(ofWeb().map((event) => at(event, 'container_event_type') ?? 0), [0, 1, 2, 3])
    })
    await check('the end of the program ends the listener', async () => {
      const ended = new Promise((resolve) => listener.once('close', resolve))
      assert.equal(await reaper.stop(), 0)
      await ended
    })
  } finally {
    await daemon.stop()
  }
}

let version = 'not to be had'
try {
  const program = await build()
  version = /^golang-k8s-cri-client-dev=(.*)$/m.exec(readFileSync(join(dirname(program), 'packages'), 'utf8'))?.[1] ?? 'unknown'
  await checks(program)
} catch (error) {
  failed += 1
  console.log(error instanceof Error && 'stderr' in error ? String(error.stderr) : error)
}
console.log(`CRI as crictl asks it (k8s.io/cri-client ${version}): ${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
