/** NRI plugins beside the program on a real containerd: every exit once, also over deaths of shims, of containerd and of the reaper. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { isAlive, needsContainerd, signalShim, startContainerd } from '../support/containerd/index.ts'
import { bytesOf, int, intOf, message, messagesOf, parse, text, textOf } from '../support/nri/bytes.ts'
import { connectPlugin, type HostCall, type RawPlugin } from '../support/nri/raw_plugin.ts'
import { waitFor } from '../support/wait_for.ts'
import { known, nothingLeft, pidOf, scene } from './scene.ts'

/** `id code` of each stop that a plugin was told of. */
const stopsOf = (plugin: RawPlugin): ReadonlyArray<string> =>
  plugin.calls.filter(({ method }) => method === 'StopContainer').map(({ payload }) => {
    const container = parse(bytesOf(payload, 2))
    return `${textOf(container, 1)} ${intOf(container, 17)}`
  }).sort()

const containersIn = ({ payload }: HostCall): ReadonlyArray<string> => messagesOf(payload, 2).map((one) => textOf(one, 1)).sort()

/** Asks with the first stop that the container `stays` gets 512 shares: ContainerUpdate, its resources, their cpu, its shares. */
const sharesOf512 = message(text(1, message(text(1, 'stays'), text(2, text(1, text(2, text(1, int(1, 512))))))))

/** The cpu.shares of every cgroup that a process is in, in the hierarchy of version 1 or the weight in that of version 2. */
const sharesOf = (pid: number): string => {
  for (const line of readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n')) {
    const [, controllers = '', path = ''] = line.split(':')
    if (!controllers.split(',').includes('cpu') && controllers !== '') continue
    for (const root of ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup', '/sys/fs/cgroup/unified']) {
      const files = ['cpu.shares', 'cpu.weight'].filter((file) => listed(join(root, path)).includes(file))
      for (const file of files) return readFileSync(join(root, path, file), 'utf8').trim()
    }
  }
  return 'unknown'
}
const listed = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

t.test('plugins', needsContainerd(), async (t: Test) => {
  const daemon = await startContainerd()
  t.teardown(() => daemon.stop())

  t.test('every exit is told once, with its code: plain, of a killed shim, over the deaths of containerd and of the reaper', async (t) => {
    const here = scene(t, daemon, 'nri')
    const { ctr } = here
    const socket = join(daemon.dir, 'nri.sock')
    const flags = ['--nri-socket', socket]
    const before = await here.reap({ flags })
    const first = await connectPlugin(socket, { replies: { StopContainer: () => sharesOf512 } })
    await first.join()

    for (const id of ['stays', 'shot', 'outage', 'later']) await ctr.run(id, { command: 'exec sleep 1000' })
    const pids = new Map((await ctr.taskList()).map(({ id, pid }) => [id, pid]))
    await ctr.run('plain', { command: 'exit 7', labels: { app: 'shop' } })
    await before.waitForStopped(['plain'])
    await waitFor(() => sharesOf(pids.get('stays') ?? 0), {
      what: 'the shares that the plugin asked for',
      until: (shares) => shares === '512' || shares === '20',
    })

    signalShim(daemon, here.namespace, 'shot', 'SIGKILL')
    await before.waitForStopped(['shot'])
    await daemon.kill9()
    await before.waitForLine(({ msg }) => msg === 'lost containerd, connecting again', { what: 'the loss to be noticed' })
    process.kill(pids.get('outage') ?? 0, 'SIGKILL')
    await waitFor(() => !isAlive(pids.get('outage') ?? 0), { what: 'an exit during the outage' })
    await known(before, ['outage'])
    await daemon.restart()
    await before.waitForStopped(['outage'], 30_000)
    t.same(stopsOf(first), ['outage 137', 'plain 7', 'shot 137'])

    await ctr.containerDelete('plain')
    await first.called('RemoveContainer')
    await before.kill9()
    await first.cutOff()
    await ctr.taskKill('later', 'SIGKILL')
    const after = await here.reap({ flags, stateDir: before.stateDir })
    const second = await connectPlugin(socket)
    await second.join()
    t.same(containersIn(await second.called('Synchronize')), ['later', 'outage', 'shot', 'stays'])
    await after.waitForStopped(['later'])
    t.ok(isAlive(await pidOf(ctr, 'stays')))
    await ctr.taskKill('stays', 'SIGKILL')
    await after.waitForStopped(['later', 'stays'])
    await second.called('StopContainer', stopsOf(second).includes('later 137') ? 2 : 1)
    t.equal(await after.stop(), 0)
    t.same(after.stopped().map(({ id, exitCode }) => `${id} ${exitCode}`).sort(), ['later 137', 'stays 137'])
    // Whether the plugin was back in time for the exit that nobody saw is its own affair; what was told before is not told again.
    t.same(stopsOf(second).filter((stop) => stop !== 'later 137'), ['stays 137'])
    await nothingLeft(here)
  })
})
