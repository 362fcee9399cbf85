/** The harness itself, on a real containerd: it shows the problem we solve, and that the harness's tools do what they say. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  bundlesOf,
  type Containerd,
  type Ctr,
  ctrFor,
  isAlive,
  makeGate,
  needsContainerd,
  type SeenEvent,
  shimsOf,
  signalShim,
  slowRunc,
  startContainerd,
  waitForNoShims,
  watchEvents,
} from '../support/containerd/index.ts'
import { waitFor } from '../support/wait_for.ts'

const started = async (t: Test): Promise<{ readonly daemon: Containerd; readonly ctr: Ctr }> => {
  const daemon = await startContainerd()
  t.teardown(() => daemon.stop())
  return { daemon, ctr: ctrFor(daemon, 'harness') }
}

const statusOf = async (ctr: Ctr, id: string): Promise<string> => (await ctr.taskList()).find((task) => task.id === id)?.status ?? 'none'

const waitForStatus = (ctr: Ctr, id: string, wanted: string): Promise<string> =>
  waitFor(() => statusOf(ctr, id), { what: `task ${id} to be ${wanted}`, until: (status) => status === wanted })

const exitOf = (id: string) => ({ topic, payload }: SeenEvent): boolean => topic === '/tasks/exit' && payload['id'] === id

t.test('a wait that ends says what was wanted and what was last seen', async (t) => {
  await t.rejects(waitFor(() => ['RUNNING'], { what: 'the task to stop', timeoutMs: 0, until: (all) => all.length === 0 }), {
    message: "Cannot wait any longer for the task to stop: wanted it within 0 ms, last saw [ 'RUNNING' ]",
  })
  await t.rejects(
    waitFor(() => Promise.reject(new Error('no socket')), { what: 'an answer', timeoutMs: 0 }),
    /last saw an error: no socket/,
  )
})

t.test('a container that exits leaves a stopped task and a live shim, until somebody deletes the task', needsContainerd(), async (t) => {
  const { daemon, ctr } = await started(t)
  const events = await watchEvents(daemon, ctr.namespace)
  t.teardown(events.stop)
  await ctr.run('three', { command: 'exit 3', labels: { colour: 'blue' } })
  const exit = await events.waitFor(exitOf('three'), { what: 'the exit of three' })
  t.match(exit, { namespace: 'harness', payload: { container_id: 'three', exit_status: 3 } })
  t.match(await ctr.taskList(), [{ id: 'three', pid: exit.payload['pid'], status: 'STOPPED' }])
  t.match(shimsOf(daemon), [{ namespace: 'harness', id: 'three' }])
  t.same(bundlesOf(daemon), [{ namespace: 'harness', id: 'three' }])

  t.match(await ctr.taskDelete('three'), { code: 0, cutOff: false })
  await waitForNoShims(daemon)
  t.same(await ctr.taskList(), [])
  t.same(bundlesOf(daemon), [])
  const deleted = await events.waitFor(({ topic }) => topic === '/tasks/delete', { what: 'the delete of three' })
  t.match(deleted.payload, { container_id: 'three', pid: exit.payload['pid'], exit_status: 3 })
  t.same(await ctr.containerList(), ['three'])
  await ctr.containerDelete('three')
  t.same(await ctr.containerList(), [])
})

t.test('a running container survives the death of containerd', needsContainerd(), async (t) => {
  const { daemon, ctr } = await started(t)
  const gate = makeGate(daemon.rootfs, 'gate')
  t.teardown(gate.close)
  await ctr.run('stays', { command: 'sleep 1000' })
  await ctr.run('leaves', { command: `${gate.wait}; exit 5` })
  const before = await ctr.taskList()
  const first = daemon.pid
  await daemon.kill9()
  t.notOk(isAlive(first))
  gate.open()
  const leaving = before.find(({ id }) => id === 'leaves')
  await waitFor(() => !isAlive(leaving?.pid ?? 0), { what: 'leaves to exit' })

  await daemon.restart()
  t.not(daemon.pid, first)
  // From 1.7 on a containerd that starts throws away the shims of tasks that have ended.
  const forgotten = !daemon.version.startsWith('1.6.')
  t.match(await ctr.taskList(), [
    ...(forgotten ? [] : [{ id: 'leaves', pid: leaving?.pid, status: 'STOPPED' }]),
    { id: 'stays', pid: before.find(({ id }) => id === 'stays')?.pid, status: 'RUNNING' },
  ])
  t.equal(shimsOf(daemon).length, forgotten ? 1 : 2)
})

t.test('a slow runc holds a delete up for its time, or until it is released', needsContainerd(), async (t) => {
  const { daemon, ctr } = await started(t)
  const runc = slowRunc(daemon.dir)
  for (const id of ['released', 'timed']) {
    runc.hang(id, id === 'timed' ? 0.2 : 1000)
    await ctr.run(id, { command: 'exit 0', runcBinary: runc.path })
    await waitForStatus(ctr, id, 'STOPPED')
  }
  const deleting = ctr.taskDelete('released')
  await waitFor(() => runc.calls().some(({ verb, id }) => verb === 'delete' && id === 'released'), { what: 'runc delete' })
  t.match(await ctr.taskList(), [{ id: 'released', pid: 0, status: 'UNKNOWN' }, { id: 'timed', status: 'STOPPED' }])
  t.match(await ctr.taskDelete('timed'), { code: 0 })
  t.match(shimsOf(daemon), [{ id: 'released' }])
  runc.release('released')
  t.match(await deleting, { code: 0, cutOff: false })
  await waitForNoShims(daemon)
})

t.test('a client cut off while runc hangs leaves a shim that no client can remove', needsContainerd(), async (t) => {
  const { daemon, ctr } = await started(t)
  const runc = slowRunc(daemon.dir)
  runc.hang('cut', 1000)
  await ctr.run('cut', { command: 'exit 0', runcBinary: runc.path })
  await waitForStatus(ctr, 'cut', 'STOPPED')
  const cut = new AbortController()
  const deleting = ctr.taskDelete('cut', { cutOff: cut.signal })
  await waitFor(() => runc.calls().some(({ verb }) => verb === 'delete'), { what: 'runc delete' })
  cut.abort()
  t.match(await deleting, { code: null, cutOff: true })
  runc.release('cut')
  await waitForStatus(ctr, 'cut', 'none')
  const again = await ctr.taskDelete('cut')
  t.not(again.code, 0)
  t.match(again.stderr, /container not created: not found/)
  t.match(shimsOf(daemon), [{ id: 'cut' }])
})

t.test('a child with the host pids outlives its container when the kill of the shim fails', needsContainerd(), async (t) => {
  const { daemon, ctr } = await started(t)
  const runc = slowRunc(daemon.dir)
  runc.fail('parent', 'kill', 'once')
  const gate = makeGate(daemon.rootfs, 'gate') // the shim of 1.7 and later kills nothing for an init that is faster than its start
  t.teardown(gate.close)
  await ctr.run('parent', { command: `sleep 1000 & echo $! > /tmp/child; ${gate.wait}; exit 0`, hostPid: true, runcBinary: runc.path })
  gate.open()
  await waitForStatus(ctr, 'parent', 'STOPPED')
  const child = Number(readFileSync(join(daemon.rootfs, 'tmp', 'child'), 'utf8'))
  t.ok(isAlive(child))
  await ctr.call('task', 'kill', '--all', '--signal', 'SIGKILL', 'parent')
  await waitFor(() => !isAlive(child), { what: 'the child to end' })
})

t.test('a start that fails leaves a task that is only created', needsContainerd(), async (t) => {
  const { daemon, ctr } = await started(t)
  const runc = slowRunc(daemon.dir)
  runc.fail('made', 'start')
  await t.rejects(ctr.run('made', { command: 'exit 0', runcBinary: runc.path }), /told to fail/)
  t.equal(await statusOf(ctr, 'made'), 'CREATED')
})

t.test('many containers pass a gate at once, in shims of their own or in one', needsContainerd(), async (t) => {
  const { daemon, ctr } = await started(t)
  const events = await watchEvents(daemon, ctr.namespace)
  t.teardown(events.stop)
  const gate = makeGate(daemon.rootfs, 'gate')
  t.teardown(gate.close)
  const ids = [1, 2, 3, 4, 5, 6].map((n) => `n${n}`)
  for (const id of ids) await ctr.run(id, { command: `${gate.wait}; exit ${id.slice(1)}`, ...(id < 'n4' ? { group: 'pod' } : {}) })
  t.equal(shimsOf(daemon).length, 4)
  t.same((await ctr.taskList()).map(({ status }) => status), ids.map(() => 'RUNNING'))
  gate.open()
  for (const id of ids) {
    t.equal((await events.waitFor(exitOf(id), { what: `the exit of ${id}` })).payload['exit_status'], Number(id.slice(1)))
  }
})

t.test('a client that runs with --rm deletes its task and container itself', needsContainerd(), async (t) => {
  const { ctr } = await started(t)
  t.match(await ctr.runRm('own', { command: 'exit 8' }).done, { code: 8 })
  t.same(await ctr.taskList(), [])
  t.same(await ctr.containerList(), [])
})

t.test('a shim can be stopped, go on, and be killed', needsContainerd(), async (t) => {
  const { daemon, ctr } = await started(t)
  await ctr.run('hung', { command: 'sleep 1000' })
  signalShim(daemon, ctr.namespace, 'hung', 'SIGSTOP')
  t.match(await ctr.taskList(), [{ id: 'hung', pid: 0, status: 'UNKNOWN' }])
  signalShim(daemon, ctr.namespace, 'hung', 'SIGCONT')
  await waitForStatus(ctr, 'hung', 'RUNNING')
  signalShim(daemon, ctr.namespace, 'hung', 'SIGKILL')
  await waitForStatus(ctr, 'hung', 'none')
  await waitForNoShims(daemon)
  t.throws(() => signalShim(daemon, ctr.namespace, 'hung', 'SIGKILL'), /wanted its process, found none/)
})

t.test('stop leaves no process, no mount and no folder behind', needsContainerd(), async (t) => {
  const { daemon, ctr } = await started(t)
  await ctr.run('left', { command: 'sleep 1000', memoryBytes: 64 << 20 })
  const pids = [daemon.pid, ...shimsOf(daemon).map(({ pid }) => pid), ...(await ctr.taskList()).map(({ pid }) => pid)]
  t.equal(pids.length, 3)
  await daemon.stop()
  t.same(pids.filter(isAlive), [])
  t.notOk(existsSync(daemon.dir))
  t.notMatch(readFileSync('/proc/self/mountinfo', 'utf8'), daemon.dir)
  t.notOk(existsSync(join('/sys/fs/cgroup/memory', daemon.cgroup)))
  await daemon.stop()
})

// A test process of its own, which starts a daemon and a container, tells where, and then ends in its own way.
const dying = async (last: string): Promise<{ readonly dir: string; readonly pids: ReadonlyArray<number> }> => {
  const harness = new URL('../support/containerd/index.js', import.meta.url).href
  const code = `import { ctrFor, startContainerd } from ${JSON.stringify(harness)}
    const daemon = await startContainerd()
    const ctr = ctrFor(daemon, 'dying')
    await ctr.run('left', { command: 'sleep 1000' })
    console.log(daemon.dir, daemon.pid, (await ctr.taskList())[0].pid)
    ${last}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => text.out += chunk)
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => text.err += chunk)
  await new Promise((resolve) => child.once('close', resolve))
  const [dir, ...pids] = text.out.trim().split(' ')
  assert.ok(dir && pids.length === 2, text.err)
  return { dir, pids: pids.map(Number) }
}

for (
  const [how, last] of [['exits', 'process.exit(3)'], ['throws', "throw 'a failure'"], [
    'is told to end',
    "process.kill(process.pid, 'SIGTERM')",
  ]] as const
) {
  t.test(`nothing is left of a test process that ${how}`, needsContainerd(), async (t) => {
    const { dir, pids } = await dying(last)
    t.same(pids.filter(isAlive), [])
    t.notOk(existsSync(dir))
  })
}

t.test('what a test process left that was killed is removed by the next start', needsContainerd(), async (t) => {
  const { dir, pids } = await dying("process.kill(process.pid, 'SIGKILL')")
  t.same(pids.filter(isAlive), pids)
  await started(t)
  t.same(pids.filter(isAlive), [])
  t.notOk(existsSync(dir))
})
