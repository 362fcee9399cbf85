/** The program's manners on a real containerd: how it starts, refuses and ends. */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { needsContainerd, startContainerd } from '../support/containerd/index.ts'
import { runCli } from '../support/reaper.ts'
import { ends, nothingLeft, scene, waitForStatus } from './scene.ts'

t.test('program', needsContainerd(), async (t: Test) => {
  const daemon = await startContainerd()
  t.teardown(() => daemon.stop())
  const nowhere = join(daemon.dir, 'nowhere')

  t.test('a containerd that cannot be reached: one line, exit code 1', async (t) => {
    const { code, stdout, stderr } = await runCli(['run', '--address', `${nowhere}.sock`, '--namespace', 'ci', '--state-dir', nowhere])
    t.equal(code, 1)
    t.equal(stdout, '')
    t.equal(
      stderr,
      `Cannot reach containerd: wanted a socket at ${nowhere}.sock, found no such file; start containerd, or name its socket with --address\n`,
    )
  })

  t.test('status where no reaper runs: one line, exit code 1', async (t) => {
    const { code, stdout, stderr } = await runCli(['status', '--state-dir', nowhere])
    t.equal(code, 1)
    t.equal(stdout, '')
    t.match(stderr, /^No reaper runs with state directory \S+: nothing answers on \S+\n$/)
  })

  for (const namespace of ['k8s.io', 'moby']) {
    t.test(`${namespace} is refused: one line, exit code 2`, async (t) => {
      const { code, stderr } = await runCli(['run', '--address', daemon.address, '--namespace', namespace, '--state-dir', nowhere])
      t.equal(code, 2)
      t.match(stderr, new RegExp(`^[^\\n]*${namespace}[^\\n]*--allow-foreign-namespace[^\\n]*\\n$`))
    })
  }

  t.test('a second reaper with the same state directory is refused, and touches nothing before it is', async (t) => {
    const here = scene(t, daemon, 'first')
    const other = scene(t, daemon, 'second')
    await other.ctr.run('stopped', { command: 'exit 3' })
    await waitForStatus(other.ctr, 'stopped', 'STOPPED')
    const reaper = await here.reap()
    const args = ['run', '--address', daemon.address, '--namespace', 'second', '--state-dir', reaper.stateDir, '--log', 'json']
    const { code, stdout, stderr } = await runCli(args)
    t.equal(code, 1)
    t.equal(
      stderr,
      `Cannot use state directory ${reaper.stateDir}: a reaper with pid ${reaper.pid} uses it; stop that one or give another --state-dir\n`,
    )
    t.equal(stdout, '')
    t.match(await other.ctr.taskList(), [{ id: 'stopped', status: 'STOPPED' }])
    await here.ctr.run('ours', { command: 'exit 1' })
    await ends(t, here, reaper, { ours: 1 })
  })

  t.test('one that was killed leaves nothing in the way of the next', async (t) => {
    const here = scene(t, daemon, 'next')
    const first = await here.reap()
    await here.ctr.run('running', { command: 'exec sleep 1000' })
    await first.kill9()
    t.match(await runCli(['status', '--state-dir', first.stateDir]), { code: 0, stdout: /^no reaper runs; when the last one ended: / })
    await here.ctr.run('meanwhile', { command: 'exit 4' })
    const second = await here.reap({ stateDir: first.stateDir })
    await second.waitForStopped(['meanwhile'])
    t.match(await here.ctr.taskList(), [{ id: 'running', status: 'RUNNING' }])
    await here.ctr.taskKill('running')
    await ends(t, here, second, { meanwhile: 4, running: 137 })
    await nothingLeft(here)
  })
})
