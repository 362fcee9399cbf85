/** What must hold of the stand on both runtimes. tap and Deno each run this list. */
import assert from 'node:assert/strict'
import process from 'node:process'
import { hanging, onCall } from '../../../shell/embedded/index.ts'
import { ContainersService } from '../../../shell/proto/gen/containerd/containers.ts'
import { IntrospectionService } from '../../../shell/proto/gen/containerd/introspection.ts'
import { Status } from '../../../shell/proto/gen/containerd/task.ts'
import { TasksService } from '../../../shell/proto/gen/containerd/tasks.ts'
import { ask, connect, refusalOf, subscribe } from './client.ts'
import { code, nothing, withStand } from './with_stand.ts'

export interface StandCase {
  readonly name: string
  readonly run: () => Promise<void>
}

const exitsIn = (log: ReadonlyArray<{ readonly topic: string }>): number => log.filter(({ topic }) => topic === '/tasks/exit').length

export const standCases: ReadonlyArray<StandCase> = [
  {
    name: 'a container runs, exits with its code, is waited for and deleted, and its events come in order',
    run: () =>
      withStand(async (stand, client) => {
        const events = subscribe(client)
        await stand.calls.called('Events/Subscribe')
        const { pid } = await stand.run({ id: 'job', command: ['sh', '-c', 'exit 7'] })
        const waited = await ask(client, TasksService.wait, { containerId: 'job', execId: '' })
        assert.equal(waited.exitStatus, 7)
        assert.ok((waited.exitedAt?.seconds ?? 0n) > 1_600_000_000n)
        const { process } = await ask(client, TasksService.get, { containerId: 'job', execId: '' })
        assert.deepEqual([process?.id, process?.containerId, process?.status, process?.pid], ['job', '', Status.STOPPED, pid])
        assert.deepEqual(stand.leftovers(), { ...nothing, tasks: [{ namespace: 'default', id: 'job' }] })
        const deleted = await ask(client, TasksService.delete, { containerId: 'job' })
        assert.deepEqual([deleted.pid, deleted.exitStatus, deleted.exitedAt], [pid, 7, waited.exitedAt])
        assert.deepEqual(stand.leftovers(), nothing)
        await ask(client, ContainersService.delete, { id: 'job' })
        await events.count(6)
        assert.deepEqual(events.topics(), [
          '/containers/create',
          '/tasks/create',
          '/tasks/start',
          '/tasks/exit',
          '/tasks/delete',
          '/containers/delete',
        ])
        events.end()
      }),
  },
  {
    name: 'a death by signal is 128 and the signal, and a running task is not deleted',
    run: () =>
      withStand(async (stand, client) => {
        await stand.run({ id: 'web', command: ['sleep', '600'] })
        assert.deepEqual(await refusalOf(ask(client, TasksService.delete, { containerId: 'web' })), [
          code.UNKNOWN,
          'failed to delete task: cannot delete a running process: unknown',
        ])
        await stand.kill('web', 'SIGTERM')
        assert.equal((await stand.exited('web')).status, 143)
      }),
  },
  {
    name: 'a Delete that is cut off goes on in the shim and leaks it, and a raw Delete afterwards answers NOT_FOUND and shuts it down',
    run: () =>
      withStand(async (stand, client) => {
        const { id } = await stand.run({ id: 'job', command: ['true'] })
        await stand.exited(id)
        const hung = stand.faults.set(onCall('Delete', hanging, { id }))
        const cutOff = refusalOf(ask(client, TasksService.delete, { containerId: id }, { deadlineMs: 100 }))
        assert.equal((await cutOff)[0], code.DEADLINE_EXCEEDED)
        const { process } = await ask(client, TasksService.get, { containerId: id, execId: '' })
        assert.deepEqual([process?.status, process?.pid], [Status.UNKNOWN, 0])
        hung.release()
        await stand.events.published('/tasks/delete', id)
        assert.deepEqual(stand.leftovers(), { ...nothing, shims: [{ namespace: 'default', id }] })
        assert.equal((await refusalOf(ask(client, TasksService.get, { containerId: id, execId: '' })))[0], code.NOT_FOUND)
        assert.deepEqual(await refusalOf(ask(client, TasksService.delete, { containerId: id })), [
          code.NOT_FOUND,
          'failed to delete task: container not created: not found',
        ])
        assert.deepEqual(stand.leftovers(), nothing)
      }),
  },
  {
    name: 'a daemon that dies ends every Wait with UNAVAILABLE, and what exits meanwhile is published again',
    run: () =>
      withStand(async (stand, client) => {
        await stand.run({ id: 'job', command: ['sleep', '600'] })
        const waiting = refusalOf(ask(client, TasksService.wait, { containerId: 'job', execId: '' }))
        await stand.calls.called('Wait', 'job')
        const before = await ask(client, IntrospectionService.server, {})
        await stand.crash()
        assert.equal((await waiting)[0], code.UNAVAILABLE)
        await stand.kill('job')
        assert.equal((await stand.exited('job')).status, 137)
        await stand.revive()
        assert.equal(exitsIn(stand.events.log()), 0)
        stand.republish()
        assert.equal(exitsIn(stand.events.log()), 1)
        const again = connect(stand.target)
        assert.equal((await ask(again, TasksService.wait, { containerId: 'job', execId: '' })).exitStatus, 137)
        const after = await ask(again, IntrospectionService.server, {})
        again.close()
        assert.equal(after.uuid, before.uuid)
        assert.notEqual(after.pid, before.pid)
      }, { shimRetries: { stepMs: 'manual' } }),
  },
  {
    name: 'what a container left behind is found by a Kill to all, and no container outlives the stand',
    run: async () => {
      const pids: Array<number> = []
      await withStand(async (stand, client) => {
        pids.push((await stand.run({ id: 'web', command: ['sleep', '600'] })).pid)
        await stand.run({ id: 'job', command: ['sh', '-c', 'sleep 600 & exit 0'], ownPidNamespace: false })
        await stand.exited('job')
        assert.equal(stand.members('job').length, 1)
        await ask(client, TasksService.kill, { containerId: 'job', execId: '', signal: 9, all: true })
        while (stand.members('job').length > 0) await new Promise(setImmediate)
      })
      for (const pid of pids) assert.throws(() => process.kill(pid, 0))
    },
  },
  {
    name: 'a shim that is killed: Wait fails with ttrpc: closed, then the exit is made up and the task is gone',
    run: () =>
      withStand(async (stand, client) => {
        await stand.run({ id: 'web', command: ['sleep', '600'] })
        const wait = refusalOf(ask(client, TasksService.wait, { containerId: 'web', execId: '' }))
        await stand.calls.called('Wait')
        await stand.killShim('web')
        assert.deepEqual(await wait, [code.UNKNOWN, 'ttrpc: closed: unknown'])
        assert.equal(exitsIn(stand.events.log()), 1)
        assert.equal(stand.status('web'), undefined)
      }),
  },
]
