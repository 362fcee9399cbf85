/** The matrix of kills on the embedded containerd: real processes that wait on a pipe, and faults of its own. */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { status as grpc } from '@grpc/grpc-js'
import { type EmbeddedContainerd, onCall, refused } from '../../shell/embedded/index.ts'
import { TasksService } from '../../shell/proto/gen/containerd/tasks.ts'
import { ask, connect } from '../shell/embedded/client.ts'
import { type Exiting, type KillWorld, reasonFor, type Way } from './world.ts'

const failing = refused(grpc.UNKNOWN, 'failed to delete task: unable to delete: told to fail: unknown')

/** The home namespace of a stand that is there. `folder` is for pipes and state. */
export const embeddedWorld = (stand: EmbeddedContainerd, namespace: string, folder: string): KillWorld => {
  const start = async (id: string, way: Way, code: number, pipe: string): Promise<ReadonlyArray<Exiting>> => {
    const of = (name: string, pid: number): Exiting => ({ id: name, way, code, reason: reasonFor(way, code), pid })
    const run = async (name: string, more: { readonly labels?: Readonly<Record<string, string>>; readonly sandboxId?: string } = {}) => {
      const last = way === 'oom' ? 'kill -9 $$' : `exit ${code}`
      return (await stand.run({ id: name, command: ['/bin/sh', '-c', `read -r line < ${pipe}; ${last}`], ...more })).pid
    }
    switch (way) {
      case 'plain':
      case 'gone':
        return [of(id, await run(id))]
      case 'back-off':
        stand.faults.set(onCall('Delete', failing, { id, times: 1 }))
        return [of(id, await run(id))]
      case 'pause': {
        stand.createSandbox({ id })
        const pid = await run(id, { labels: { 'io.cri-containerd.kind': 'sandbox' }, sandboxId: id })
        return [of(id, pid), of(`${id}-in`, await run(`${id}-in`, { sandboxId: id }))]
      }
      case 'sandbox':
        stand.createSandbox({ id })
        return [of(id, 0)]
      case 'oom': {
        const pid = await run(id)
        stand.setOomKills(id, 1)
        return [{ ...of(id, pid), code: 137 }]
      }
    }
  }

  const deleteBeside = async (id: string): Promise<void> => {
    const client = connect(stand.target)
    await ask(client, TasksService.delete, { containerId: id }, { namespace }).catch(() => undefined) // somebody was faster
    client.close()
  }

  const end = async ({ id, way, code }: Exiting): Promise<void> => {
    if (way === 'sandbox') return stand.exitSandbox(id, code)
    await stand.exited(id).catch(() => undefined) // exited, and was deleted already
    if (way === 'gone') await deleteBeside(id)
    if (way === 'pause' && !id.endsWith('-in')) stand.exitSandbox(id, code)
  }

  return {
    address: stand.address,
    namespace,
    folder,
    ways: ['plain', 'gone', 'back-off', 'pause', 'sandbox', 'oom'],
    batch: async (name, ways, code) => {
      const pipe = join(folder, `${name}.pipe`)
      spawnSync('mkfifo', [pipe])
      const gate = openSync(pipe, 'r+')
      const exiting = (await Promise.all(ways.map((way) => start(`${name}-${way}`, way, code(way), pipe)))).flat()
      return {
        exiting,
        open: async () => {
          writeSync(gate, '\n'.repeat(100))
          await Promise.all(exiting.map(end))
          closeSync(gate)
        },
      }
    },
    left: async () => {
      const { tasks, shims, processes } = stand.leftovers()
      return [
        ...tasks.map(({ id }) => `the task ${id}`),
        ...shims.map(({ id }) => `the shim of ${id}`),
        ...processes.map((pid) => `the process ${pid}`),
      ]
    },
    log: () => '',
  }
}
