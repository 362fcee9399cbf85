import t from 'tap'
import { execSpecOf, specOf } from '../../../shell/embedded/spec.ts'
import { Metrics } from '../../../shell/proto/gen/containerd/cgroups2.ts'
import { Container, ContainersService } from '../../../shell/proto/gen/containerd/containers.ts'
import { Status } from '../../../shell/proto/gen/containerd/task.ts'
import { CreateTaskRequest, ExecProcessRequest, TasksService } from '../../../shell/proto/gen/containerd/tasks.ts'
import { hanging, onCall } from '../../../shell/embedded/index.ts'
import { ask, refusalOf } from './client.ts'
import { code, withStand } from './with_stand.ts'

t.test('another client makes, starts, waits for and deletes a container over gRPC alone', () =>
  withStand(async (stand, client) => {
    const spec = specOf({ argv: ['sh', '-c', 'exit 9'], ownPidNamespace: true })
    await ask(client, ContainersService.create, { container: Container.fromPartial({ id: 'job', runtime: { name: 'r' }, spec }) })
    const { pid } = await ask(client, TasksService.create, CreateTaskRequest.fromPartial({ containerId: 'job' }))
    t.equal(stand.status('job'), 'CREATED')
    t.same(await refusalOf(ask(client, TasksService.create, CreateTaskRequest.fromPartial({ containerId: 'job' }))), [
      code.ALREADY_EXISTS,
      'task job: already exists',
    ])
    t.equal((await ask(client, TasksService.start, { containerId: 'job', execId: '' })).pid, pid)
    t.equal((await ask(client, TasksService.wait, { containerId: 'job', execId: '' })).exitStatus, 9)
    t.match(await ask(client, TasksService.delete, { containerId: 'job' }), { id: '', pid, exitStatus: 9 })
    t.same(await refusalOf(ask(client, TasksService.get, { containerId: 'job', execId: '' })), [code.NOT_FOUND, 'task job not found'])
  }))

t.test('refuses in containerd’s words', () =>
  withStand(async (_stand, client) => {
    const none = { containerId: 'none', execId: '' }
    t.same(await refusalOf(ask(client, TasksService.get, none)), [code.NOT_FOUND, 'container "none" in namespace "default": not found'])
    t.same(await refusalOf(ask(client, TasksService.get, none, { namespace: '' })), [
      code.FAILED_PRECONDITION,
      'namespace is required: failed precondition',
    ])
    t.equal((await refusalOf(ask(client, TasksService.get, none, { namespace: '-x' })))[0], code.INVALID_ARGUMENT)
    t.same(await refusalOf(ask(client, TasksService.metrics, { filters: ['a==/b/c'] })), [
      code.UNKNOWN,
      'filters: parse error: [a== >|/|< b/c]: invalid quote encountered: invalid argument',
    ])
    t.equal((await refusalOf(ask(client, TasksService.create, CreateTaskRequest.fromPartial({ containerId: 'none' }))))[0], code.NOT_FOUND)
  }))

t.test('lists the tasks of the namespace, with unknown for one that a Delete has locked', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'run', command: ['sleep', '600'] })
    await stand.run({ id: 'job', command: ['true'] })
    await stand.run({ id: 'far', namespace: 'other', command: ['sleep', '600'] })
    await stand.exited('job')
    const list = async () => (await ask(client, TasksService.list, { filter: '' })).tasks.map(({ id, status }) => [id, status])
    t.same(await list(), [['job', Status.STOPPED], ['run', Status.RUNNING]])
    const hung = stand.faults.set(onCall('Delete', hanging))
    const deleting = ask(client, TasksService.delete, { containerId: 'job' })
    await hung.hit()
    t.same(await list(), [['job', Status.UNKNOWN], ['run', Status.RUNNING]])
    hung.release()
    t.equal((await deleting).exitStatus, 0)
    t.same(await list(), [['run', Status.RUNNING]])
  }))

t.test('Get waits for the lock as long as it was told', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'job', command: ['true'] })
    await stand.exited('job')
    const hung = stand.faults.set(onCall('Delete', hanging))
    const deleting = ask(client, TasksService.delete, { containerId: 'job' })
    await hung.hit()
    const get = refusalOf(ask(client, TasksService.get, { containerId: 'job', execId: '' }))
    await stand.calls.called('Get', 'job')
    hung.release()
    await deleting
    t.equal((await get)[0], code.NOT_FOUND, 'it came too late to be unknown')
  }, { stateLimitMs: 60_000 }))

t.test('an exec has an exit of its own', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'web', command: ['sleep', '600'] })
    await ask(
      client,
      TasksService.exec,
      ExecProcessRequest.fromPartial({ containerId: 'web', execId: 'e', spec: execSpecOf(['sh', '-c', 'exit 4']) }),
    )
    const { pid } = await ask(client, TasksService.start, { containerId: 'web', execId: 'e' })
    t.equal((await ask(client, TasksService.wait, { containerId: 'web', execId: 'e' })).exitStatus, 4)
    t.match(await ask(client, TasksService.get, { containerId: 'web', execId: 'e' }), { process: { id: 'e', pid, status: Status.STOPPED } })
    t.match(await ask(client, TasksService.deleteProcess, { containerId: 'web', execId: 'e' }), { id: 'e', pid, exitStatus: 4 })
    t.equal(await stand.exec('web', 'f', ['true']) > 0, true)
    t.equal((await stand.exited('web', 'f')).status, 0)
    const bad = ExecProcessRequest.fromPartial({ containerId: 'web', execId: 'g' })
    t.same(await refusalOf(ask(client, TasksService.exec, bad)), [code.UNKNOWN, 'spec does not contain a process: unknown'])
  }))

t.test('kills, pauses, resumes, and says which processes there are', () =>
  withStand(async (stand, client) => {
    const { pid } = await stand.run({ id: 'web', command: ['sleep', '600'] })
    const containerId = 'web'
    await ask(client, TasksService.pause, { containerId })
    t.equal(stand.status('web'), 'PAUSED')
    await ask(client, TasksService.resume, { containerId })
    t.equal(stand.status('web'), 'RUNNING')
    t.match(await ask(client, TasksService.listPids, { containerId }), { processes: [{ pid }] })
    await ask(client, TasksService.update, { containerId, resources: undefined, annotations: new Map() })
    await ask(client, TasksService.kill, { containerId, execId: '', signal: 15, all: false })
    t.equal((await stand.exited('web')).status, 143)
    t.same(await refusalOf(ask(client, TasksService.kill, { containerId, execId: '', signal: 9, all: false })), [
      code.NOT_FOUND,
      'process already finished: not found',
    ])
    await ask(client, TasksService.kill, { containerId, execId: '', signal: 9, all: true })
  }))

t.test('the metrics hold the count of memory kills', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'a', command: ['sleep', '600'] })
    await stand.run({ id: 'b', command: ['sleep', '600'] })
    stand.setOomKills('a', 2)
    stand.oom('a')
    const { metrics } = await ask(client, TasksService.metrics, { filters: ['id==a'] })
    t.same(metrics.map(({ id }) => id), ['a'])
    t.equal(metrics[0]?.data?.typeUrl, 'io.containerd.cgroups.v2.Metrics')
    t.equal(Metrics.decode(metrics[0]?.data?.value ?? new Uint8Array()).memoryEvents?.oomKill, 3n)
    t.equal((await stand.events.published('/tasks/oom', 'a')).namespace, 'default')
  }))
