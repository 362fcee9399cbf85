/** The CRI socket of the program on a real containerd, for a client that knows CRI only: events with true codes, and what is listed. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import t, { type Test } from 'tap'
import { needsContainerd, startContainerd } from '../support/containerd/index.ts'
import { criClient, int, message, messages, num, part, stateNames, text } from '../support/cri/client.ts'
import { clientProcess } from '../support/cri/client_process.ts'
import { subscribe, type Subscriber } from '../support/cri/served.ts'
import { inProject } from '../support/paths.ts'
import { waitFor } from '../support/wait_for.ts'
import { nothingLeft, scene } from './scene.ts'

const typesOf = ({ heard }: Subscriber, id: string): ReadonlyArray<string> => heard.filter((one) => one.id === id).map(({ type }) => type)
/** What STOPPED of a container says of it: `id:EXITED:code:reason`. */
const endIn = ({ heard }: Subscriber, id: string): string | undefined =>
  heard.find((one) => one.id === id && one.type === 'STOPPED')?.statuses.find((status) => status.startsWith(`${id}:`))

const life = ['CREATED', 'STARTED', 'STOPPED', 'DELETED']

t.test('cri', needsContainerd(), async (t: Test) => {
  const daemon = await startContainerd()
  t.teardown(() => daemon.stop())

  t.test('CREATED, STARTED, STOPPED, DELETED of each container in that order, with true codes, and lists that agree', async (t) => {
    const here = scene(t, daemon, 'cri')
    const { ctr } = here
    const socket = join(daemon.dir, 'cri.sock')
    const reaper = await here.reap({ flags: ['--cri-socket', socket] })
    const client = criClient(socket)
    t.teardown(() => client.close())
    const listener = await subscribe(client)

    await ctr.run('well', { command: 'exit 0', labels: { app: 'shop' } })
    await ctr.run('fails', { command: 'exit 7' })
    await ctr.run('killed', { command: 'exec sleep 1000' })
    await ctr.run('stays', { command: 'exec sleep 1000' })
    await ctr.taskKill('killed', 'SIGTERM') // which a pid 1 without a handler does not even notice
    await ctr.taskKill('killed', 'SIGKILL')
    for (const id of ['well', 'fails', 'killed']) await listener.hears(`${id} STOPPED`)
    t.same(['well', 'fails', 'killed'].map((id) => endIn(listener, id)), [
      'well:EXITED:0:Completed',
      'fails:EXITED:7:Error',
      'killed:EXITED:137:Error',
    ])

    const listed = messages(await client.call('RuntimeService/ListContainers'), 1)
      .map((one) => `${text(one, 1)} ${stateNames[Number(int(one, 6))]}`).sort()
    t.same(listed, ['fails EXITED', 'killed EXITED', 'stays RUNNING', 'well EXITED'])
    const running = await client.call('RuntimeService/ListContainers', part(1, part(2, num(1, 1))))
    t.same(messages(running, 1).map((one) => text(one, 1)), ['stays'], 'as crictl ps asks')
    const status = message(await client.call('RuntimeService/ContainerStatus', part(1, 'fails')), 1) ?? new Map()
    t.same([int(status, 7), text(status, 10)], [7n, 'Error'])
    const [created, started, finished] = [int(status, 4), int(status, 5), int(status, 6)]
    t.ok(created > 1_600_000_000_000_000_000n && created <= started && started <= finished, 'times in nanoseconds, in order')
    const told = reaper.stopped().find(({ id }) => id === 'fails')
    t.equal(new Date(Number(finished / 1_000_000n)).toISOString(), new Date(told?.exitedAt ?? 0).toISOString(), 'and the true one')

    await ctr.containerDelete('well', 'fails', 'killed')
    for (const id of ['well', 'fails', 'killed']) {
      await listener.hears(`${id} DELETED`)
      t.same(typesOf(listener, id), life, id)
    }
    t.same(typesOf(listener, 'stays'), ['CREATED', 'STARTED'])
    await ctr.taskKill('stays')
    await listener.hears('stays STOPPED')
    t.equal(await reaper.stop(), 0)
    await waitFor(() => listener.error(), { what: 'the stream to end' })
    await nothingLeft(here)
  })

  t.test('a client that is killed in mid-stream loses nothing for the next one, nor does the reaper’s own death', async (t) => {
    const here = scene(t, daemon, 'cri-killed')
    const { ctr } = here
    const socket = join(daemon.dir, 'killed.sock')
    const flags = ['--cri-socket', socket]
    const before = await here.reap({ flags })
    const first = clientProcess(socket)
    t.teardown(() => first.kill9())
    const ids = Array.from({ length: 6 }, (_, n) => `c${n}`)
    for (const [place, id] of ids.entries()) {
      await ctr.run(id, { command: `exit ${place + 1}` })
      if (place === 2) {
        // All that is older it has read; its end may be on its way.
        await waitFor(() => first.told().includes('c2 STARTED'), { what: 'the third to be told of' })
        await first.kill9()
      }
    }
    await before.waitForStopped(ids)
    const second = criClient(socket)
    const listener = await subscribe(second)
    await listener.hears('c5 STOPPED')
    second.close()
    const heard = [...first.heard(), ...listener.heard]
    for (const [place, id] of ids.entries()) {
      const ends = heard.filter((one) => one.id === id && one.type === 'STOPPED')
      t.ok(ends.length > 0, `${id} was told to one of them`)
      t.equal(new Set(ends.map(({ at }) => String(at))).size, 1, 'and twice only as the same event')
      for (const { statuses } of ends) t.ok(statuses.includes(`${id}:EXITED:${place + 1}:Error`), `${id} with its code`)
      const types = heard.filter((one) => one.id === id).map(({ type }) => type)
      t.same([...new Set(types)], life.slice(0, 3), 'in order')
    }

    await ctr.run('late', { command: 'exec sleep 1000' })
    await before.kill9()
    await ctr.taskKill('late')
    const after = await here.reap({ flags, stateDir: before.stateDir })
    const third = criClient(socket)
    t.teardown(() => third.close())
    const anew = await subscribe(third)
    await anew.hears('late STOPPED')
    const stops = (some: ReadonlyArray<{ readonly id: string; readonly type: string; readonly at: bigint | string }>) =>
      new Map(some.filter(({ type }) => type === 'STOPPED').map(({ id, at }) => [id, String(at)]))
    const [old, told] = [stops(heard), stops(anew.heard)]
    t.same(
      ids.map((id) => told.get(id)),
      ids.map((id) => old.get(id)),
      'what was announced before the death is told again: the same events',
    )
    t.equal(endIn(anew, 'late'), 'late:EXITED:137:Error')
    t.equal(await after.stop(), 0)
    await nothingLeft(here)
  })

  t.test('events prints what happens, for people and as JSON', async (t) => {
    const here = scene(t, daemon, 'cri-events')
    const socket = join(daemon.dir, 'events.sock')
    const reaper = await here.reap({ flags: ['--cri-socket', socket] })
    const follow = (...flags: ReadonlyArray<string>) => {
      const args = [inProject('dist', 'shell', 'cli', 'main.js'), 'events', '--cri-socket', socket, ...flags]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      let out = ''
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (out += chunk))
      t.teardown(() => child.kill('SIGKILL'))
      return { child, out: () => out, ended: new Promise((resolve) => child.once('close', resolve)) }
    }
    await here.ctr.run('early', { command: 'exit 3' })
    await reaper.waitForStopped(['early'])
    const [people, json] = [follow('--from', '1'), follow('--json', '--from', '1')]
    await waitFor(() => people.out().includes('STOPPED early') && json.out().includes('"seq":1'), { what: 'the first end' })
    await here.ctr.run('late', { command: 'exit 4' })
    await here.ctr.call('container', 'info', 'late')
    await reaper.waitForStopped(['early', 'late'])
    await here.ctr.containerDelete('late')
    await waitFor(() => people.out().includes('DELETED late') && json.out().includes('container deleted'), { what: 'the last event' })
    const words = people.out().trim().split('\n').map((line) => line.replace(/^\S+Z /, '').replace(/exitedAt=\S+/, 'exitedAt=T'))
    t.same(words, [
      'STOPPED early pod=early:pod exitCode=3 reason=Error exitedAt=T seq=1',
      'CREATED late pod=late:pod',
      'STARTED late pod=late:pod',
      'STOPPED late pod=late:pod exitCode=4 reason=Error exitedAt=T seq=2',
      'DELETED late pod=late:pod',
    ])
    const lines = json.out().trim().split('\n').map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    t.match(lines.filter(({ msg }) => msg === 'container stopped'), [
      { id: 'early', exitCode: 3, reason: 'Error', seq: 1 },
      { id: 'late', exitCode: 4, reason: 'Error', seq: 2 },
    ])
    const [announced] = reaper.stopped()
    t.equal(lines[0]?.['exitedAt'], announced?.exitedAt, 'the time to the nanosecond, as it was announced')
    people.child.kill('SIGTERM')
    t.equal(await people.ended, 0)
    t.equal(await reaper.stop(), 0)
    t.equal(await json.ended, 1, 'the stream ended')
    await nothingLeft(here)
  })
})
