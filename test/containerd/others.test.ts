/** Other clients beside us, and what is not ours: on a real containerd, nothing is touched that is not to be. */
import t, { type Test } from 'tap'
import { bundlesOf, isAlive, makeGate, needsContainerd, shimsOf, slowRunc, startContainerd } from '../support/containerd/index.ts'
import { waitFor } from '../support/wait_for.ts'
import { atOnce, ends, nothingLeft, pidOf, scene, waitForStatus } from './scene.ts'

t.test('others', needsContainerd(), async (t: Test) => {
  const daemon = await startContainerd()
  t.teardown(() => daemon.stop())

  for (const grace of ['0s', '2s']) {
    t.test(`clients that delete their own containers (ctr run --rm), given ${grace} to do so`, async (t) => {
      const here = scene(t, daemon, `rm-${grace}`)
      const gate = makeGate(daemon.rootfs, here.namespace)
      t.teardown(gate.close)
      const reaper = await here.reap({ flags: ['--delete-grace', grace] })
      const codes = { r1: 1, r2: 2, r3: 3, r4: 4, r5: 5, r6: 6 }
      const clients = Object.entries(codes).map(([id, code]) => here.ctr.runRm(id, { command: `${gate.wait}; exit ${code}` }))
      await waitFor(async () => (await here.ctr.taskList()).filter(({ status }) => status === 'RUNNING').length, {
        what: 'six running containers',
        until: (running) => running === 6,
      })
      gate.open()
      const results = await Promise.all(clients.map(({ done }) => done))
      await reaper.waitForStopped(Object.keys(codes))
      // Without the grace whoever is first deletes; a client that finds its task gone fails, and leaves its record.
      if (grace !== '0s') t.same(results.map(({ code }) => code), Object.values(codes), 'each client deletes its task itself')
      await ends(t, here, reaper, codes)
      await nothingLeft(here)
    })
  }

  t.test('an id that is used again at once: the new run is never touched', async (t) => {
    const here = scene(t, daemon, 'again')
    const { ctr } = here
    const reaper = await here.reap()
    const ids = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']
    // The even ones keep their record and get a new task, the odd ones get a new record too.
    const again = async (id: string, place: number): Promise<number> => {
      await ctr.run(id, { command: '[ -e /tmp/$RUN ] && exec sleep 1000; echo > /tmp/$RUN; exit 7', env: { RUN: `again-${id}` } })
      const restart = async (): Promise<boolean> => {
        if (place % 2 === 0) return (await ctr.call('task', 'start', '--detach', '--null-io', id)).code === 0
        await ctr.call('container', 'delete', id)
        await ctr.run(id, { command: 'exec sleep 1000' })
        return true
      }
      // While the task of the first run, or its bundle, is still there, containerd refuses.
      await waitFor(restart, { what: `${id} to be used again`, everyMs: 1 })
      return pidOf(ctr, id)
    }
    const pids = await atOnce(ids.map((id, place) => [id, place] as const), ([id, place]) => again(id, place), 3)
    await reaper.waitForStopped(ids)
    await ctr.run('between', { command: 'exit 0' })
    await reaper.waitForStopped(['between'])
    t.match(await ctr.taskList(), ids.map((id, place) => ({ id, pid: pids[place], status: 'RUNNING' })))
    t.ok(pids.every(isAlive), 'every second run is alive')
    await atOnce(ids, (id) => ctr.taskKill(id))
    const lines = await ends(t, here, reaper, { ...Object.fromEntries(ids.map((id) => [id, [7, 137]])), between: 0 })
    await nothingLeft(here)
    for (const [place, id] of ids.entries()) {
      t.match(lines.filter((line) => line.id === id), [{ generation: 1 }, { generation: 2, pid: pids[place] }], id)
    }
  })

  t.test('a task that is created and not started is left alone', async (t) => {
    const here = scene(t, daemon, 'created')
    const { ctr } = here
    const runc = slowRunc(daemon.dir)
    runc.fail('early', 'start')
    runc.fail('late', 'start')
    await t.rejects(ctr.run('early', { command: 'exit 0', runcBinary: runc.path }), /told to fail/)
    const reaper = await here.reap()
    await t.rejects(ctr.run('late', { command: 'exit 0', runcBinary: runc.path }), /told to fail/)
    const created = await ctr.taskList()
    t.match(created, [{ id: 'early', status: 'CREATED' }, { id: 'late', status: 'CREATED' }])
    await ctr.run('healthy', { command: 'exit 2' })
    await ends(t, here, reaper, { healthy: 2 })
    t.same(await ctr.taskList(), created)
  })

  t.test('of two namespaces that are given and one that is not, the one is not touched', async (t) => {
    const [one, two, other] = [scene(t, daemon, 'one'), scene(t, daemon, 'two'), scene(t, daemon, 'other')]
    await other.ctr.run('same-id', { command: 'exit 3' })
    await waitForStatus(other.ctr, 'same-id', 'STOPPED')
    const before = await other.ctr.taskList()
    const reaper = await one.reap({ beside: ['two'] })
    await two.ctr.run('same-id', { command: 'exit 2' })
    await one.ctr.run('same-id', { command: 'exit 1' })
    await reaper.waitForStopped(['same-id', 'same-id'])
    await nothingLeft(two)
    const lines = await ends(t, one, reaper, { 'same-id': 1 })
    await nothingLeft(one)
    t.match(lines.filter(({ id, namespace }) => id === 'same-id' && namespace !== 'one'), [{ namespace: 'two', exitCode: 2 }])
    t.same(await other.ctr.taskList(), before)
    t.equal(shimsOf(daemon, 'other').length, 1)
  })

  t.test('with a selector, containers that do not match are not touched', async (t) => {
    const here = scene(t, daemon, 'selected')
    const { ctr } = here
    const [ours, theirs] = [{ team: 'core' }, { team: 'web' }]
    await ctr.run('theirs-before', { command: 'exit 1', labels: theirs })
    await ctr.run('ours-before', { command: 'exit 2', labels: ours })
    const reaper = await here.reap({ flags: ['--selector', 'labels.team==core', '--selector', 'id==the-last'] })
    await ctr.run('theirs', { command: 'exit 3', labels: theirs })
    await ctr.run('nobodys', { command: 'exit 4' })
    await ctr.run('ours', { command: 'exit 5', labels: ours })
    await ctr.run('theirs-running', { command: 'exec sleep 1000', labels: theirs })
    await ends(t, here, reaper, { 'ours-before': 2, ours: 5 })
    const left = ['nobodys', 'theirs', 'theirs-before', 'theirs-running']
    t.match(await ctr.taskList(), left.map((id) => ({ id, status: id === 'theirs-running' ? 'RUNNING' : 'STOPPED' })))
    t.same(shimsOf(daemon, here.namespace).map(({ id }) => id).sort(), left)
    t.same(bundlesOf(daemon).filter(({ namespace }) => namespace === here.namespace).map(({ id }) => id).sort(), left)
  })

  t.test('a dry run says what it would do and deletes nothing', async (t) => {
    const here = scene(t, daemon, 'dry')
    const { ctr } = here
    await ctr.run('before', { command: 'exit 1' })
    const reaper = await here.reap({ flags: ['--dry-run'] })
    await ctr.run('while', { command: 'exit 2' })
    await ctr.run('hosts', { command: 'exit 3', hostPid: true })
    await ctr.run('running', { command: 'exec sleep 1000' })
    const would = (msg: string, id: string): Promise<unknown> =>
      reaper.waitForLine((line) => line['msg'] === msg && line['id'] === id, { what: `'${msg}' for ${id}` })
    for (const id of ['before', 'while', 'hosts']) await would('would delete the task', id)
    await would('would kill what is left of the task', 'hosts')
    t.equal(await reaper.stop(), 0)
    t.match(await ctr.taskList(), [
      { id: 'before', status: 'STOPPED' },
      { id: 'hosts', status: 'STOPPED' },
      { id: 'running', status: 'RUNNING' },
      { id: 'while', status: 'STOPPED' },
    ])
    t.equal(shimsOf(daemon, here.namespace).length, 4)
    t.same(reaper.lines().filter(({ msg, id }) => msg === 'would delete the task' && id === 'while').length, 1, 'it is said once')
  })
})
