/** Containers that exit in every way, on a real containerd: one `container stopped` line each, with the true code, and nothing left. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  type Containerd,
  isAlive,
  makeGate,
  needsContainerd,
  type SeenEvent,
  type SlowRunc,
  slowRunc,
  startContainerd,
  watchEvents,
} from '../support/containerd/index.ts'
import { waitFor } from '../support/wait_for.ts'
import { ends, figuresOf, nothingLeft, pidOf, runtimes, type Scene, scene, waitForStatus } from './scene.ts'

/** The ways to end, with the code that each must give. */
const ways = { zero: 0, three: 3, killed: 137, second: 4, parent: 6 } as const

const start = async ({ daemon, ctr, namespace }: Scene, runc: SlowRunc): Promise<void> => {
  await ctr.run('zero', { command: 'exit 0' })
  await ctr.run('three', { command: 'exit 3' })
  await ctr.run('killed', { command: 'exec sleep 1000' })
  await ctr.run('second', { command: 'sleep 1; exit 4' })
  // The shim's own kill is made to fail, so that only ours can end the child.
  // Not before its start is over: the shim of 2.x kills nothing for an init that is faster than that.
  const gate = makeGate(daemon.rootfs, `${namespace}-parent`)
  runc.fail('parent', 'kill', 'once')
  const command = `sleep 1000 & echo $! > /tmp/${namespace}; ${gate.wait}; exit 6`
  await ctr.run('parent', { command, hostPid: true, runcBinary: runc.path })
  await waitFor(() => childOf(daemon, namespace), { what: 'the child to be started' })
  gate.open()
}

const childOf = (daemon: Containerd, namespace: string): number => Number(readFileSync(join(daemon.rootfs, 'tmp', namespace), 'utf8'))

const isExit = ({ topic }: SeenEvent): boolean => topic === '/tasks/exit'

t.test('exits', needsContainerd(), async (t: Test) => {
  const daemon = await startContainerd()
  t.teardown(() => daemon.stop())
  const runc = slowRunc(daemon.dir)

  for (const runtime of runtimes) {
    t.test(`in every way, while the reaper runs on ${runtime}`, async (t) => {
      const here = scene(t, daemon, `while-${runtime}`)
      const witness = await watchEvents(daemon, here.namespace)
      t.teardown(witness.stop)
      const reaper = await here.reap({ runtime })
      const earlier = runc.calls().length
      await start(here, runc)
      await here.ctr.taskKill('killed')
      const lines = await ends(t, here, reaper, ways)
      await nothingLeft(here)
      t.notOk(isAlive(childOf(daemon, here.namespace)), 'the child that was left behind is gone')
      const calls = runc.calls().slice(earlier).filter(({ id, verb }) => id === 'parent' && (verb === 'kill' || verb === 'delete'))
      t.same(calls.slice(0, 3).map(({ verb }) => verb), ['kill', 'kill', 'delete'], "after the shim's kill, which failed, came ours")
      t.comment(figuresOf(lines).text)
      for (const line of reaper.lines()) if (line['msg'] === 'handling failed, will try again') t.comment(JSON.stringify(line))
      const seen = witness.seen().filter((event) => isExit(event) && event.namespace === here.namespace)
      for (const { id, pid, exitedAt, reason, attempts } of lines) {
        const exit = seen.find(({ payload }) => payload['container_id'] === id)?.payload
        t.match({ pid, exitedAt: new Date(exitedAt) }, { pid: exit?.['pid'], exitedAt: new Date(String(exit?.['exited_at'])) }, id)
        t.match({ reason, attempts }, { reason: ways[id as keyof typeof ways] ? 'Error' : 'Completed', attempts: 1 }, id)
      }
    })
  }

  t.test('containers that were started before the reaper, running ones and ones that have exited', async (t) => {
    const here = scene(t, daemon, 'before')
    const { ctr } = here
    const gate = makeGate(daemon.rootfs, 'before')
    t.teardown(gate.close)
    await start(here, runc)
    await ctr.run('later', { command: `${gate.wait}; exit 5` })
    await ctr.run('paused', { command: `${gate.wait}; exit 9` })
    await ctr.call('task', 'pause', 'paused')
    for (const id of ['zero', 'three', 'second', 'parent']) await waitForStatus(ctr, id, 'STOPPED')
    const pids = await ctr.taskList()

    const reaper = await here.reap()
    await reaper.waitForStopped(['zero', 'three', 'second', 'parent'])
    await waitFor(async () => (await reaper.status()).running === 3, { what: 'three running containers to be watched' })
    t.match(await ctr.taskList(), [{ id: 'killed', status: 'RUNNING' }, { id: 'later', status: 'RUNNING' }, {
      id: 'paused',
      status: 'PAUSED',
    }])
    gate.open()
    await ctr.taskKill('killed')
    await reaper.waitForStopped(['killed', 'later'])
    t.match(await ctr.taskList(), [{ id: 'paused', status: 'PAUSED' }], 'a paused container is watched and left alone')
    await ctr.call('task', 'resume', 'paused')
    const lines = await ends(t, here, reaper, { ...ways, later: 5, paused: 9 })
    await nothingLeft(here)
    t.notOk(isAlive(childOf(daemon, here.namespace)), 'the child that was left behind is gone')
    for (const { id, pid } of pids) t.equal(lines.find((line) => line.id === id)?.pid, pid, `the pid of ${id}`)
  })

  t.test('an exec that exits in a running container is no exit of the container', async (t) => {
    const here = scene(t, daemon, 'exec')
    const { ctr } = here
    const reaper = await here.reap()
    await ctr.run('host', { command: 'exec sleep 1000' })
    const pid = await pidOf(ctr, 'host')
    t.match(await ctr.call('task', 'exec', '--exec-id', 'guest', 'host', '/bin/sh', '-c', 'exit 5'), { code: 5 })
    // Whatever the exec has caused comes before the end of a container that was started after it.
    await ctr.run('after', { command: 'exit 0' })
    await reaper.waitForStopped(['after'])
    t.match(await ctr.taskList(), [{ id: 'host', pid, status: 'RUNNING' }])
    await ctr.taskKill('host')
    await ends(t, here, reaper, { after: 0, host: 137 })
    await nothingLeft(here)
  })

  t.test('a container that is killed for want of memory', async (t) => {
    const here = scene(t, daemon, 'oom')
    const reaper = await here.reap()
    await here.ctr.run('hungry', { command: ['/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=256M', 'count=1'], memoryBytes: 16 << 20 })
    // A limit that was not reached, and a kill that was not for want of memory, are not taken for it.
    await here.ctr.run('content', { command: 'exec sleep 1000', memoryBytes: 16 << 20 })
    await here.ctr.taskKill('content')
    const lines = await ends(t, here, reaper, { hungry: 137, content: 137 })
    await nothingLeft(here)
    t.match(Object.fromEntries(lines.map(({ id, reason }) => [id, reason])), { hungry: 'OOMKilled', content: 'Error' })
  })
})
