import { existsSync } from 'node:fs'
import t from 'tap'
import { dropped, hanging, onCall, onEvent, startEmbeddedContainerd } from '../../../shell/embedded/index.ts'
import { TaskExit } from '../../../shell/proto/gen/containerd/event_types.ts'
import { TasksService } from '../../../shell/proto/gen/containerd/tasks.ts'
import { VersionService } from '../../../shell/proto/gen/containerd/version.ts'
import { ask, refusalOf, subscribe } from './client.ts'
import { standCases } from './stand_cases.ts'
import { code, nothing, withStand } from './with_stand.ts'

for (const { name, run } of standCases) t.test(name, run)

t.test('a created task is not run, can be started, and is nobody’s leftover', () =>
  withStand(async (stand) => {
    await stand.createOnly({ id: 'job', command: ['sh', '-c', 'exit 2'] })
    t.equal(stand.status('job'), 'CREATED')
    t.same(stand.leftovers(), nothing)
    await stand.start('job')
    t.equal((await stand.exited('job')).status, 2)
  }))

t.test('processes that a container left behind are leftovers until the task is deleted', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'job', command: ['sh', '-c', 'sleep 600 & exit 0'], ownPidNamespace: false })
    await stand.exited('job')
    const left = stand.members('job')
    t.equal(left.length, 1)
    t.same(stand.leftovers(), { tasks: [{ namespace: 'default', id: 'job' }], shims: [], processes: left })
    await ask(client, TasksService.delete, { containerId: 'job' })
    t.same(stand.leftovers(), nothing)
  }))

t.test('a killed shim: Wait fails, the exit is made up, the task is gone', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'web', command: ['sleep', '600'] })
    const wait = refusalOf(ask(client, TasksService.wait, { containerId: 'web', execId: '' }))
    await stand.calls.called('Wait')
    await stand.killShim('web')
    t.same(await wait, [code.UNKNOWN, 'ttrpc: closed: unknown'])
    const { event } = await stand.events.published('/tasks/exit', 'web')
    t.match(TaskExit.decode(event!.value), { exitStatus: 137, pid: 0 })
    t.same(await refusalOf(ask(client, TasksService.get, { containerId: 'web', execId: '' })), [code.NOT_FOUND, 'task web not found'])
    t.same(stand.leftovers(), nothing)
  }))

t.test('a lost exit reaches nobody until the release', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'job', command: ['sleep', '600'] })
    const lost = stand.loseExits('job')
    const wait = ask(client, TasksService.wait, { containerId: 'job', execId: '' })
    await stand.calls.called('Wait')
    await stand.kill('job')
    await stand.exited('job')
    await lost.hit()
    t.same(stand.events.log().filter(({ topic }) => topic === '/tasks/exit'), [])
    t.match(await ask(client, TasksService.get, { containerId: 'job', execId: '' }), { process: { exitStatus: 137 } }, 'Get knows')
    t.match(stand.calls.all(), [{ call: 'Tasks/Wait', outcome: undefined }, { call: 'Tasks/Get' }])
    lost.release()
    t.equal((await wait).exitStatus, 137)
    t.equal(lost.hits(), 1)
  }))

t.test('cut connections end the streams; the client comes back', () =>
  withStand(async (stand, client) => {
    const events = subscribe(client)
    await stand.calls.called('Events/Subscribe')
    stand.cutConnections()
    t.equal(await events.ended, code.UNAVAILABLE)
    await stand.calls.answered('Events/Subscribe')
    const again = subscribe(client)
    await stand.calls.called('Events/Subscribe', undefined, 2)
    again.end()
  }))

t.test('a restart keeps tasks, and shims that nobody needs go only if they are cleaned up', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'web', command: ['sleep', '600'] })
    await stand.run({ id: 'job', command: ['true'] })
    await stand.exited('job')
    const hung = stand.faults.set(onCall('Delete', hanging, { id: 'job' }))
    const cut = refusalOf(ask(client, TasksService.delete, { containerId: 'job' }))
    await hung.hit()
    await stand.crash()
    t.equal((await cut)[0], code.UNAVAILABLE)
    hung.release()
    await stand.revive()
    t.same(stand.leftovers().shims, [{ namespace: 'default', id: 'job' }])
    t.equal(stand.status('web'), 'RUNNING')
    await stand.restart({ cleanUp: true })
    t.same(stand.leftovers(), nothing)
  }))

t.test('takes its socket and its children away', async (t) => {
  const stand = await startEmbeddedContainerd({ faults: [onEvent('/tasks/exit', dropped)] })
  const { pid } = await stand.run({ id: 'web', command: ['sleep', '600'] })
  await stand.stop()
  t.throws(() => process.kill(pid, 0))
  t.equal(existsSync(stand.address), false)
})

t.test('mistakes are told in one line', () =>
  withStand(async (stand, client) => {
    await t.rejects(stand.kill('none'), {
      message: 'Cannot find the task of "none": wanted a container of namespace "default" that was created and not deleted',
    })
    await stand.run({ id: 'web', command: ['sleep', '600'] })
    await t.rejects(stand.run({ id: 'web', command: ['true'] }), {
      message: 'Cannot create container "web": container "web": already exists',
    })
    await t.rejects(stand.start('web'), { message: 'Cannot start "web": cannot start a running process: unknown' })
    t.equal(stand.status('none'), undefined)
    t.match(await ask(client, VersionService.version, {}), { revision: 'embedded' })
  }))
