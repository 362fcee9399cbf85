/** Deletes that hang, on a real containerd: the leak that follows when they are cut off, that ours are not, and that nobody waits for them. */
import t, { type Test } from 'tap'
import { makeGate, needsContainerd, shimsOf, type SlowRunc, slowRunc, startContainerd } from '../support/containerd/index.ts'
import { type ReaperProcess, runCli, type StoppedLine } from '../support/reaper.ts'
import { waitFor } from '../support/wait_for.ts'
import { atOnce, type Codes, ends, figuresOf, nothingLeft, type Scene, scene, waitForStatus } from './scene.ts'

// An attempt that is over soon, and a back-off that no test lives to see the end of: what is announced after a failed attempt
// was not announced by a back-off tick.
const noSecondTick = ['--handling-timeout', '500ms', '--backoff-first', '10m', '--backoff-cap', '1h']

const forEver = 1_000

/**
 * Containers that exit together, and whose `runc delete` then hangs until it is released. Not before all are started: the call that
 * starts a container ends with a look at it, and would hang behind a delete that was faster.
 */
const runHanging = async ({ daemon, ctr, namespace }: Scene, runc: SlowRunc, codes: Codes): Promise<void> => {
  const gate = makeGate(daemon.rootfs, namespace)
  await atOnce(Object.entries(codes), async ([id, code]) => {
    runc.hang(id, forEver)
    await ctr.run(id, { command: `${gate.wait}; exit ${String(code)}`, runcBinary: runc.path })
  })
  gate.open()
  await waitForDeletes(runc, Object.keys(codes))
  gate.close()
}

const waitForDeletes = (runc: SlowRunc, ids: ReadonlyArray<string>): Promise<unknown> =>
  waitFor(() => ids.filter((id) => !runc.calls().some((call) => call.verb === 'delete' && call.id === id)), {
    what: 'the deletes to hang',
    until: (left) => left.length === 0,
  })

const waitForBackOff = (reaper: ReaperProcess, ids: ReadonlyArray<string>): Promise<unknown> =>
  waitFor(
    () => ids.filter((id) => !reaper.lines().some((line) => line['msg'] === 'handling failed, will try again' && line['id'] === id)),
    {
      what: 'the handlings to back off',
      until: (left) => left.length === 0,
    },
  )

t.test('hanging deletes', needsContainerd(), async (t: Test) => {
  const daemon = await startContainerd()
  t.teardown(() => daemon.stop())
  const runc = slowRunc(daemon.dir)

  t.test('a client that is cut off while runc hangs leaves a shim that no client can remove', async (t) => {
    const { ctr } = scene(t, daemon, 'theirs')
    runc.hang('cut', forEver)
    await ctr.run('cut', { command: 'exit 0', runcBinary: runc.path })
    await waitForStatus(ctr, 'cut', 'STOPPED')
    const cutOff = new AbortController()
    const deleting = ctr.taskDelete('cut', { cutOff: cutOff.signal })
    await waitForDeletes(runc, ['cut'])
    cutOff.abort()
    t.match(await deleting, { cutOff: true })
    runc.release('cut')
    await waitForStatus(ctr, 'cut', 'none')
    t.match(await ctr.taskDelete('cut'), { stderr: /container not created: not found/ })
    t.match(shimsOf(daemon, 'theirs'), [{ id: 'cut' }])
  })

  t.test('ours leaves none; healthy containers are done as soon as without, though more deletes hang than there are slots', async (t) => {
    const here = scene(t, daemon, 'ours')
    // So long an attempt that none of them ends: nobody can have waited for that.
    const reaper = await here.reap({ flags: ['--handling-timeout', '10m'] })
    const healthy = async (round: string): Promise<ReadonlyArray<StoppedLine>> => {
      const ids = [1, 2, 3, 4, 5].map((n) => `${round}${n}`)
      await atOnce(ids, (id) => here.ctr.run(id, { command: 'exit 1' }))
      return (await reaper.waitForStopped(ids)).filter(({ id }) => ids.includes(id))
    }
    const alone = [...await healthy('a'), ...await healthy('b')]
    const hung = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [`u${n}`, 30 + n]))
    await runHanging(here, runc, hung)
    const beside = [...await healthy('c'), ...await healthy('d')]
    const [usual, found] = [figuresOf(alone), figuresOf(beside)]
    t.comment(`alone: ${usual.text}`)
    t.comment(`beside nine deletes that hang: ${found.text}`)
    t.ok(found.exitToLineMs <= 5 * usual.exitToLineMs, 'about as soon as without')
    t.same(beside.filter(({ attempts }) => attempts > 1), [])
    t.match((await reaper.status()).handling, Object.keys(hung).map((id) => ({ id, phase: 'Deleting', attempt: 1 })))
    t.equal(shimsOf(daemon, 'ours').length, 9)
    for (const id of Object.keys(hung)) runc.release(id)
    const codes = Object.fromEntries([...alone, ...beside].map(({ id }) => [id, 1]))
    await ends(t, here, reaper, { ...codes, ...hung })
    await nothingLeft(here)
  })

  t.test("a client's delete that is cut off beside us leaves no shim either", async (t) => {
    const here = scene(t, daemon, 'beside')
    const reaper = await here.reap({ flags: ['--delete-grace', '1s'] })
    const gate = makeGate(daemon.rootfs, here.namespace)
    t.teardown(gate.close)
    runc.hang('shared', forEver)
    await here.ctr.run('shared', { command: `${gate.wait}; exit 7`, runcBinary: runc.path })
    gate.open()
    await waitForStatus(here.ctr, 'shared', 'STOPPED')
    const cutOff = new AbortController()
    const deleting = here.ctr.taskDelete('shared', { cutOff: cutOff.signal })
    await waitForDeletes(runc, ['shared'])
    cutOff.abort()
    await deleting
    runc.release('shared')
    await ends(t, here, reaper, { shared: 7 })
    await nothingLeft(here)
  })

  t.test('of ten deletes that hang, the one that ends is announced at once, before the others and without a back-off tick', async (t) => {
    const here = scene(t, daemon, 'ten')
    const reaper = await here.reap({ flags: noSecondTick })
    const nine = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [`n${n}`, n]))
    const ids = [...Object.keys(nine), 'short']
    await runHanging(here, runc, { ...nine, short: 42 })
    await waitForBackOff(reaper, ids)
    const { handling } = await reaper.status()
    t.equal(handling.length, 10)
    for (const row of handling) {
      t.match(row, { phase: 'BackingOff', attempt: 2, outstanding: 'Delete', lastError: /^Handling took longer than 500 ms in Deleting$/ })
      t.ok(new Date(row.nextAttemptAt ?? 0).getTime() - Date.now() > 60_000, 'the next attempt is far away')
    }
    runc.release('short')
    await reaper.waitForStopped(['short'])
    t.same(reaper.stopped().map(({ id }) => id), ['short'])
    t.match((await reaper.status()).handling.map(({ id, outstanding }) => [id, outstanding]), Object.keys(nine).map((id) => [id, 'Delete']))
    for (const id of Object.keys(nine)) runc.release(id)
    const lines = await ends(t, here, reaper, { ...nine, short: 42 })
    await nothingLeft(here)
    t.same(lines.filter(({ id }) => ids.includes(id)).map(({ attempts }) => attempts), ids.map(() => 2))
    const deletes = (id: string): number => runc.calls().filter((call) => call.verb === 'delete' && call.id === id).length
    t.same(ids.filter((id) => deletes(id) > 2), [], 'no delete is asked again: runc is called by the shim and once after it')
  })

  t.test('status shows a handling whose delete hangs, SIGTERM does not wait for it for ever, and the next start ends it', async (t) => {
    const here = scene(t, daemon, 'shown')
    const reaper = await here.reap({ flags: noSecondTick })
    await runHanging(here, runc, { hangs: 6 })
    await waitForBackOff(reaper, ['hangs'])
    const { code, stdout } = await runCli(['status', '--state-dir', reaper.stateDir])
    t.equal(code, 0)
    t.match(stdout, /^reaper \d+ in shown: 1 containers, 0 running, 1 in handling, 0 announced\nCONTAINER +PID +EXIT +PHASE /)
    t.match(
      stdout,
      /\nshown\/hangs +\d+ +6 +BackingOff \(Delete in flight\) +\S+ +2 +\S+ +Handling took longer than 500 ms in Deleting\n$/,
    )
    // The end of the program cuts the delete off, which is what leaks; the next start sees to what is left of it.
    t.equal(await reaper.stop(), 0)
    runc.release('hangs')
    await waitForStatus(here.ctr, 'hangs', 'none')
    const next = await here.reap({ stateDir: reaper.stateDir })
    await ends(t, here, next, { hangs: 6 })
    await nothingLeft(here)
  })
})
