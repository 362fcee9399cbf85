/** Exits as shims tell them: real sockets, with a shim of the test's own behind them. */
import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { makeServer, type Services } from '../../../../shell/ttrpc/server.ts'
import { frameReader } from '../../../../shell/ttrpc/frame.ts'
import { refused } from '../../../../shell/ttrpc/status.ts'
import { Metrics } from '../../../../shell/proto/gen/containerd/cgroups1.ts'
import { Process, Status } from '../../../../shell/proto/gen/containerd/task.ts'
import { GetRequest, StatsResponse, WaitResponse } from '../../../../shell/proto/gen/containerd/tasks.ts'
import { hostShims, type ShimExit } from '../../../../shell/shim/shims.ts'
import type { Vector } from '../../../support/property.ts'
import { inTemporaryFolder } from '../../../support/temporary.ts'
import { waitFor } from '../../../support/wait_for.ts'

interface Task {
  readonly pid: number
  readonly status: Status
  /** Its exit code when it ends; none: it does not. */
  readonly ends?: Promise<number>
  /** How many OOM kills were counted; none: it cannot say. */
  readonly oomKills?: bigint
}

const exitedAt = { seconds: 1_700_000_000n, nanos: 123_456_789 }

const servicesFor = (tasks: Readonly<Record<string, Task>>, asked: Array<string>): Services => {
  const taskOf = (payload: Uint8Array): Task | undefined => tasks[GetRequest.decode(payload).containerId]
  return {
    'containerd.task.v3.Task': {
      State: async (payload) => {
        const task = taskOf(payload)
        asked.push('State')
        return task === undefined
          ? E.left(refused(5, 'container not created'))
          : E.right(Process.encode(Process.fromPartial({ pid: task.pid, status: task.status })).finish())
      },
      Wait: async (payload) => {
        asked.push('Wait')
        const exitStatus = await (taskOf(payload)?.ends ?? new Promise<never>(() => undefined))
        return E.right(WaitResponse.encode(WaitResponse.fromPartial({ exitStatus, exitedAt })).finish())
      },
      Stats: async (payload) => {
        asked.push('Stats')
        const oomKill = taskOf(payload)?.oomKills
        if (oomKill === undefined) return E.left(refused(5, 'cgroup does not exist'))
        const value = Metrics.encode(Metrics.fromPartial({ memoryOomControl: { oomKill } })).finish()
        return E.right(
          StatsResponse.encode(StatsResponse.fromPartial({ stats: { typeUrl: 'io.containerd.cgroups.v1.Metrics', value } })).finish(),
        )
      },
    },
  }
}

interface World {
  readonly exits: ReadonlyArray<ShimExit>
  readonly asked: ReadonlyArray<string>
  readonly abort: () => void
  /** Cuts every connection. */
  readonly cut: () => void
  readonly over: Promise<void>
  readonly connections: () => number
}

/** One shim with these tasks, on a host where it is found. */
const withShim = (tasks: Readonly<Record<string, Task>>, use: (world: World) => Promise<void>): Promise<void> =>
  inTemporaryFolder(async (folder) => {
    const [proc, containerd, path] = [join(folder, 'proc'), join(folder, 'c.sock'), join(folder, 's.sock')]
    const asked: Array<string> = []
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      const [frames, ttrpc] = [frameReader(), makeServer((bytes) => void socket.write(bytes), servicesFor(tasks, asked))]
      socket.on('data', (bytes: Uint8Array) => {
        const read = frames.push(bytes)
        if (E.isRight(read)) read.right.forEach(ttrpc.receive)
      })
      socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    const process = join(proc, '100')
    mkdirSync(process, { recursive: true })
    writeFileSync(join(process, 'cmdline'), ['containerd-shim-runc-v2', '-namespace', 'ci', '-address', containerd].join('\0'))
    symlinkSync('/usr/bin/containerd-shim-runc-v2', join(process, 'exe'))
    for (const id of Object.keys(tasks)) {
      mkdirSync(join(folder, 'ci', id), { recursive: true })
      writeFileSync(join(folder, 'ci', id, 'bootstrap.json'), JSON.stringify({ version: 3, address: `unix://${path}`, protocol: 'ttrpc' }))
    }
    symlinkSync(join(folder, 'ci', 'first'), join(process, 'cwd'))
    const exits: Array<ShimExit> = []
    const signal = new AbortController()
    const over = hostShims(`unix://${containerd}`, { proc }).follow(['ci'], signal.signal, (exit) => exits.push(exit))
    try {
      await use({
        exits,
        asked,
        over,
        abort: () => signal.abort(),
        cut: () => sockets.forEach((socket) => socket.destroy()),
        connections: () => sockets.size,
      })
    } finally {
      signal.abort()
      await over
      await waitFor(() => sockets.size === 0, { what: 'the connections to end' })
      await new Promise((resolve) => server.close(resolve))
    }
  })

const exitOf = (id: string, pid: number, code: number, oomKilled = false): ShimExit => ({
  namespace: 'ci',
  id,
  pid,
  code,
  exitedAt: 1_700_000_000_123_456_789n as ShimExit['exitedAt'],
  oomKilled,
})

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'shims: a task that has ended is told at once, one that runs when it ends, each with its pid; over one connection',
    run: async () => {
      let end: (code: number) => void = () => undefined
      const tasks = {
        first: { pid: 11, status: Status.STOPPED, ends: Promise.resolve(7) },
        second: { pid: 12, status: Status.RUNNING, ends: new Promise<number>((resolve) => end = resolve) },
      }
      await withShim(tasks, async ({ exits, asked, over, connections }) => {
        await waitFor(() => exits.length === 1 && asked.filter((call) => call === 'Wait').length === 2, { what: 'the first exit' })
        assert.deepEqual(exits, [exitOf('first', 11, 7)])
        assert.equal(connections(), 1)
        end(9)
        await over
        assert.deepEqual(exits[1], exitOf('second', 12, 9))
      })
    },
  },
  {
    name: 'shims: what is only created, of unclear state or not there is not waited for; then there is nothing left to hear',
    run: () =>
      withShim({ first: { pid: 11, status: Status.CREATED }, hung: { pid: 0, status: Status.UNKNOWN } }, async ({ exits, asked, over }) => {
        await over
        assert.deepEqual(exits, [])
        assert.equal(asked.filter((call) => call === 'State').length, 2)
      }),
  },
  {
    name: 'shims: at code 137, and only then, OOM kills are counted; one that cannot say has counted none',
    run: async () => {
      const killed = (code: number) => ({ status: Status.STOPPED, ends: Promise.resolve(code) })
      const tasks = {
        first: { ...killed(137), pid: 11, oomKills: 2n },
        none: { ...killed(137), pid: 12, oomKills: 0n },
        mute: { ...killed(137), pid: 13 },
        other: { ...killed(7), pid: 14, oomKills: 2n },
      }
      await withShim(tasks, async ({ exits, asked, over }) => {
        await over
        assert.deepEqual([...exits].sort((a, b) => a.pid - b.pid), [
          exitOf('first', 11, 137, true),
          exitOf('none', 12, 137),
          exitOf('mute', 13, 137),
          exitOf('other', 14, 7),
        ])
        assert.equal(asked.filter((call) => call === 'Stats').length, 3)
      })
    },
  },
  {
    name: 'shims: a shim that dies, and an abort, end it without an exit',
    run: async () => {
      for (const how of ['cut', 'abort'] as const) {
        await withShim({ first: { pid: 11, status: Status.RUNNING } }, async (world) => {
          await waitFor(() => world.asked.includes('Wait'), { what: 'the Wait' })
          world[how]()
          await world.over
          assert.deepEqual(world.exits, [])
        })
      }
    },
  },
]
