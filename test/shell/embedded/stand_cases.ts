/** What must hold of the stand on both runtimes. tap and Deno each run this list. */
import assert from 'node:assert/strict'
import { type EmbeddedContainerd, hanging, onCall, startEmbeddedContainerd } from '../../../shell/embedded/index.ts'
import { Status } from '../../../shell/proto/gen/containerd/task.ts'
import { ask, type Clients, connect, refusalOf, subscribe } from './client.ts'

export interface StandCase {
  readonly name: string
  readonly run: () => Promise<void>
}

const UNKNOWN = 2
const DEADLINE_EXCEEDED = 4
const NOT_FOUND = 5
const UNAVAILABLE = 14

const on = async (
  use: (stand: EmbeddedContainerd, clients: Clients) => Promise<void>,
  options: Parameters<typeof startEmbeddedContainerd>[0] = {},
): Promise<void> => {
  const stand = await startEmbeddedContainerd(options)
  const clients = connect(stand.target)
  try {
    await use(stand, clients)
  } finally {
    clients.close()
    await stand.stop()
  }
}

const nothing = { tasks: [], shims: [], processes: [] }

export const standCases: ReadonlyArray<StandCase> = [
  {
    name: 'a container runs, exits with its code, is waited for and deleted, and its events come in order',
    run: () =>
      on(async (stand, clients) => {
        const events = subscribe(clients)
        await stand.calls.called('Events/Subscribe')
        const { pid } = await stand.run({ id: 'job', command: ['sh', '-c', 'exit 7'] })
        const waited = await ask(clients.tasks.wait, { containerId: 'job', execId: '' })
        assert.equal(waited.exitStatus, 7)
        assert.ok((waited.exitedAt?.seconds ?? 0n) > 1_600_000_000n)
        const { process } = await ask(clients.tasks.get, { containerId: 'job', execId: '' })
        assert.deepEqual([process?.id, process?.containerId, process?.status, process?.pid], ['job', '', Status.STOPPED, pid])
        assert.deepEqual(stand.leftovers(), { ...nothing, tasks: [{ namespace: 'default', id: 'job' }] })
        const gone = await ask(clients.tasks.delete, { containerId: 'job' })
        assert.deepEqual([gone.pid, gone.exitStatus, gone.exitedAt], [pid, 7, waited.exitedAt])
        assert.deepEqual(stand.leftovers(), nothing)
        await stand.events.published('/tasks/delete')
        await ask(clients.containers.delete, { id: 'job' })
        events.end()
        await events.ended
        assert.deepEqual(events.topics().slice(0, 5), [
          '/containers/create',
          '/tasks/create',
          '/tasks/start',
          '/tasks/exit',
          '/tasks/delete',
        ])
      }),
  },
  {
    name: 'a death by signal is 128 and the signal, and a running task is not deleted',
    run: () =>
      on(async (stand, clients) => {
        await stand.run({ id: 'web', command: ['sleep', '600'] })
        assert.deepEqual(await refusalOf(ask(clients.tasks.delete, { containerId: 'web' })), [
          UNKNOWN,
          'cannot delete a running process: unknown',
        ])
        await stand.kill('web', 'SIGTERM')
        assert.equal((await stand.exited('web')).status, 143)
      }),
  },
  {
    name: 'a Delete that is cut off goes on in the shim and leaks it, and a raw Delete afterwards answers NOT_FOUND and shuts it down',
    run: () =>
      on(async (stand, clients) => {
        const { id } = await stand.run({ id: 'job', command: ['true'] })
        await stand.exited(id)
        const hung = stand.faults.set(onCall('Delete', hanging, { id }))
        assert.equal((await refusalOf(ask(clients.tasks.delete, { containerId: id }, { deadlineMs: 100 })))[0], DEADLINE_EXCEEDED)
        const { process } = await ask(clients.tasks.get, { containerId: id, execId: '' })
        assert.deepEqual([process?.status, process?.pid], [Status.UNKNOWN, 0])
        hung.release()
        await stand.events.published('/tasks/delete', id)
        assert.deepEqual(stand.leftovers(), { ...nothing, shims: [{ namespace: 'default', id }] })
        assert.equal((await refusalOf(ask(clients.tasks.get, { containerId: id, execId: '' })))[0], NOT_FOUND)
        assert.deepEqual(await refusalOf(ask(clients.tasks.delete, { containerId: id })), [
          NOT_FOUND,
          'container not created: not found',
        ])
        assert.deepEqual(stand.leftovers(), nothing)
      }),
  },
  {
    name: 'a daemon that dies ends every Wait with UNAVAILABLE, and what exits meanwhile is published again',
    run: () =>
      on(async (stand, clients) => {
        await stand.run({ id: 'job', command: ['sleep', '600'] })
        const waiting = refusalOf(ask(clients.tasks.wait, { containerId: 'job', execId: '' }))
        await stand.calls.called('Wait', 'job')
        const before = await ask(clients.introspection.server, {})
        await stand.crash()
        assert.equal((await waiting)[0], UNAVAILABLE)
        await stand.kill('job')
        assert.equal((await stand.exited('job')).status, 137)
        await stand.revive()
        assert.equal(stand.events.log().filter(({ topic }) => topic === '/tasks/exit').length, 0)
        stand.republish()
        assert.equal(stand.events.log().filter(({ topic }) => topic === '/tasks/exit').length, 1)
        const clients2 = connect(stand.target)
        try {
          assert.equal((await ask(clients2.tasks.wait, { containerId: 'job', execId: '' })).exitStatus, 137)
          const after = await ask(clients2.introspection.server, {})
          assert.equal(after.uuid, before.uuid)
          assert.notEqual(after.pid, before.pid)
        } finally {
          clients2.close()
        }
      }, { shimRetries: { stepMs: 'manual' } }),
  },
]
