/** containerd and shims that die or hang, on a real containerd: what runs is not touched, and every exit is told with its true code. */
import t, { type Test } from 'tap'
import { isAlive, makeGate, needsContainerd, signalShim, startContainerd } from '../support/containerd/index.ts'
import { waitFor } from '../support/wait_for.ts'
import { atOnce, ends, known, nothingLeft, pidOf, scene, waitForStatus } from './scene.ts'

t.test('outages', needsContainerd(), async (t: Test) => {
  const daemon = await startContainerd()
  t.teardown(() => daemon.stop())

  t.test('containerd is killed and started again: containers run on, and exits of the outage are told', async (t) => {
    const here = scene(t, daemon, 'killed')
    const { ctr } = here
    const gate = makeGate(daemon.rootfs, here.namespace)
    t.teardown(gate.close)
    const reaper = await here.reap()
    const leaving = { l1: 11, l2: 12, l3: 13, l4: 14, l5: 15 }
    await atOnce(Object.entries(leaving), ([id, code]) => ctr.run(id, { command: `${gate.wait}; exit ${code}` }))
    await ctr.run('stays', { command: 'exec sleep 1000' })
    await ctr.run('goes-later', { command: 'exec sleep 1000' })
    const before = await ctr.taskList()
    t.equal(before.length, 7)

    await daemon.kill9()
    await reaper.waitForLine(({ msg }) => msg === 'lost containerd, connecting again', { what: 'the loss to be noticed' })
    gate.open()
    await waitFor(() => before.filter(({ id, pid }) => id in leaving && isAlive(pid)), {
      what: 'five to exit during the outage',
      until: (alive) => alive.length === 0,
    })
    await known(reaper, Object.keys(leaving)) // by their shims: from 1.7 on nobody can tell after the restart
    await daemon.restart()

    await reaper.waitForStopped(Object.keys(leaving), 30_000)
    const staying = before.filter(({ id }) => !(id in leaving))
    t.same(await ctr.taskList(), staying, 'the others run on, with their pids')
    await waitFor(async () => (await reaper.status()).running === 2, { what: 'two running containers to be watched' })
    await ctr.taskKill('goes-later')
    await reaper.waitForStopped(['goes-later'])
    t.same(await ctr.taskList(), staying.filter(({ id }) => id === 'stays'))
    await ctr.taskKill('stays', 'SIGKILL')
    const lines = await ends(t, here, reaper, { ...leaving, 'goes-later': 137, stays: 137 })
    await nothingLeft(here)
    for (const { id, pid } of before) t.equal(lines.find((line) => line.id === id)?.pid, pid, `the pid of ${id}`)
  })

  t.test('containerd is killed twice while containers exit one after the other', async (t) => {
    const here = scene(t, daemon, 'twice')
    const { ctr } = here
    const reaper = await here.reap()
    const ids = Array.from({ length: 12 }, (_, place) => `t${String(place + 1).padStart(2, '0')}`)
    const gates = ids.map((id) => makeGate(daemon.rootfs, `${here.namespace}-${id}`))
    t.teardown(() => gates.forEach((gate) => gate.close()))
    const codes = Object.fromEntries(ids.map((id, place) => [id, 21 + place]))
    await atOnce(
      ids.map((id, place) => [id, gates[place]] as const),
      ([id, gate]) => ctr.run(id, { command: `${gate?.wait}; exit ${codes[id]}` }),
    )
    const pids = new Map((await ctr.taskList()).map(({ id, pid }) => [id, pid]))
    const leave = async (from: number, to: number): Promise<void> => {
      for (const gate of gates.slice(from, to)) gate.open()
      await waitFor(() => ids.slice(from, to).every((id) => !isAlive(pids.get(id) ?? 0)), { what: 'some to exit' })
    }
    // Some exit just before the daemon dies, some while it is dead, some as soon as it is back.
    for (const from of [0, 6]) {
      await leave(from, from + 2)
      await daemon.kill9()
      await leave(from + 2, from + 4)
      await known(reaper, ids.slice(0, from + 4))
      await daemon.restart()
      await leave(from + 4, from + 6)
    }
    await reaper.waitForStopped(ids, 30_000)
    await ends(t, here, reaper, codes)
    await nothingLeft(here)
  })

  t.test('a shim that is killed: its container is announced once, as containerd makes its end up', async (t) => {
    const here = scene(t, daemon, 'shim-killed')
    const { ctr } = here
    const reaper = await here.reap()
    await ctr.run('orphan', { command: 'exec sleep 1000' })
    await ctr.run('beside', { command: 'exec sleep 1000' })
    const pid = await pidOf(ctr, 'orphan')
    signalShim(daemon, here.namespace, 'orphan', 'SIGKILL')
    await reaper.waitForStopped(['orphan'])
    await nothingButBeside()
    await ctr.taskKill('beside')
    const code = reaper.stopped().find(({ id }) => id === 'orphan')?.exitCode ?? 0
    t.ok([137, 255].includes(code), `137 or 255, found ${code}`)
    await ends(t, here, reaper, { orphan: code, beside: 137 })
    await nothingLeft(here)
    t.notOk(isAlive(pid), 'its container is gone')

    async function nothingButBeside(): Promise<void> {
      await waitFor(ctr.taskList, {
        what: 'the orphan to go',
        until: (tasks) => tasks.length === 1 && tasks[0]?.id === 'beside' && tasks[0].status === 'RUNNING',
      })
    }
  })

  t.test('a shim that hangs beside healthy ones delays none of them, and is seen to when it goes on', async (t) => {
    const here = scene(t, daemon, 'shim-hangs')
    const { ctr } = here
    const reaper = await here.reap({ flags: ['--load-timeout', '1s'] })
    await ctr.run('hung', { command: 'exec sleep 1000' })
    const pid = await pidOf(ctr, 'hung')
    signalShim(daemon, here.namespace, 'hung', 'SIGSTOP')
    process.kill(pid, 'SIGKILL')
    const healthy = { h1: 1, h2: 2, h3: 3, h4: 4, h5: 5 }
    await atOnce(Object.entries(healthy), ([id, code]) => ctr.run(id, { command: `exit ${code}` }), 2)
    const lines = await reaper.waitForStopped(Object.keys(healthy))
    t.same(lines.map(({ id }) => id).sort(), Object.keys(healthy))
    t.same(lines.filter(({ attempts }) => attempts > 1), [], 'none needs a second attempt')
    signalShim(daemon, here.namespace, 'hung', 'SIGCONT')
    await ends(t, here, reaper, { ...healthy, hung: 137 })
    await nothingLeft(here)
  })

  t.test('a shim that hangs before the reaper starts, and whose container exits meanwhile', async (t) => {
    const here = scene(t, daemon, 'hangs-before')
    const { ctr } = here
    await ctr.run('hung', { command: 'exec sleep 1000' })
    await ctr.run('stopped', { command: 'exit 4' })
    await waitForStatus(ctr, 'stopped', 'STOPPED')
    const pid = await pidOf(ctr, 'hung')
    signalShim(daemon, here.namespace, 'hung', 'SIGSTOP')
    const reaper = await here.reap()
    await reaper.waitForStopped(['stopped'])
    t.same(reaper.stopped().map(({ id }) => id), ['stopped'])
    process.kill(pid, 'SIGKILL')
    signalShim(daemon, here.namespace, 'hung', 'SIGCONT')
    await ends(t, here, reaper, { hung: 137, stopped: 4 })
    await nothingLeft(here)
  })
})
