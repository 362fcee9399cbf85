/**
 * Exits, asked of the shims themselves: while containerd is away nobody else can tell them, and from 1.7 on a containerd that starts throws
 * away the shim of a task that has ended, exit code and all. Only reads: State, Wait and Stats.
 *
 * @module
 */
import { Socket } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'
import type { Nanos } from '../../core/index.ts'
import { type Clock, systemClock } from '../clock.ts'
import { socketPath } from '../containerd/address.ts'
import { oomKills } from '../containerd/oom_kills.ts'
import { taskView } from '../containerd/task_view.ts'
import { toNanoseconds } from '../containerd/time.ts'
import { makeClient, type TtrpcClient } from '../ttrpc/client.ts'
import { decodeMessage } from '../ttrpc/codec.ts'
import { frameReader } from '../ttrpc/frame.ts'
import { GetRequest, StatsResponse, WaitResponse } from '../proto/gen/containerd/tasks.ts'
import { Process } from '../proto/gen/containerd/task.ts'
import { Metric } from '../proto/gen/containerd/types.ts'
import { onAbort, type Signal } from '../task/cancellable.ts'
import { type Bundle, bundleIn, bundlesFolder, idsIn } from './bundles.ts'

/** A task's exit, as its shim tells it. */
export interface ShimExit {
  readonly namespace: string
  readonly id: string
  readonly pid: number
  readonly code: number
  readonly exitedAt: Nanos | undefined
  /** The kernel killed some of its processes for want of memory. Asked at code 137 only. */
  readonly oomKilled: boolean
}

/** The shims of a containerd. */
export interface Shims {
  /** Finds out where they are, while there is time for it: how long `follow` takes decides what is heard. */
  readonly look: () => Promise<void>
  /**
   * Asks the shims of these namespaces for every task that runs or has ended, and tells each exit once, until the signal aborts. Ends
   * when there is nothing left to hear; a shim that cannot be asked has nothing to tell.
   */
  readonly follow: (namespaces: ReadonlyArray<string>, signal: Signal, tell: (exit: ShimExit) => void) => Promise<void>
}

/** An answer to State comes at once; that to Wait when the task ends, which ttrpc wants to have a limit. */
const stateMs = 5_000
/** An exit waits no longer for its reason. */
const statsMs = 1_000
const waitMs = 7 * 86_400_000

/**
 * The shims on this host of the containerd at `address`. They are found in /proc, so it takes the host's pid namespace and the right to
 * look into other processes; without, none are found.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { hostShims, type ShimExit } from 'containerd-reaper/shell'
 *
 * const exits: Array<ShimExit> = []
 * await hostShims('/nowhere/c.sock').follow(['ci'], new AbortController().signal, (exit) => exits.push(exit))
 * assert.deepEqual(exits, [])
 * ```
 */
export const hostShims = (
  address: string,
  { clock = systemClock, proc }: { readonly clock?: Clock; readonly proc?: string } = {},
): Shims => {
  let folder: string | undefined
  const look = async (): Promise<void> => {
    folder ??= await bundlesFolder(socketPath(address), proc === undefined ? {} : { proc })
  }
  return {
    look,
    follow: async (namespaces, signal, tell) => {
      await look()
      const known = folder
      if (known === undefined) return
      const connections = connectionsTo(clock, signal)
      // Each is asked as soon as it is found. A shim that is shared is connected to once.
      await Promise.all(namespaces.map(async (namespace) => {
        const ids = await idsIn(known, namespace)
        await Promise.all(ids.map(async (id) => {
          const bundle = await bundleIn(known, namespace, id)
          if (bundle !== undefined && !signal.aborted) await connections.use(bundle.socket, (client) => follow(client, bundle, tell))
        }))
      }))
    },
  }
}

interface Connections {
  /** A connection to this socket, kept for as long as somebody uses it. */
  readonly use: (path: string, action: (client: TtrpcClient) => Promise<void>) => Promise<void>
}

const connectionsTo = (clock: Clock, signal: Signal): Connections => {
  const open = new Map<string, { readonly client: TtrpcClient; readonly end: () => void; users: number }>()
  return {
    use: async (path, action) => {
      const connection = open.get(path) ?? { ...connectTo(path, clock, signal), users: 0 }
      open.set(path, connection)
      connection.users += 1
      await action(connection.client)
      connection.users -= 1
      if (connection.users > 0) return
      open.delete(path)
      connection.end()
    },
  }
}

const connectTo = (path: string, clock: Clock, signal: Signal): { readonly client: TtrpcClient; readonly end: () => void } => {
  const socket = new Socket()
  const frames = frameReader()
  const client = makeClient((bytes) => void socket.write(bytes), clock)
  const cut = (reason: string): void => {
    client.end(reason)
    socket.destroy()
  }
  socket.on('error', (error) => cut(error.message))
  socket.on('close', () => cut('closed'))
  socket.on('data', (bytes: Buffer) => {
    const read = frames.push(bytes)
    if (E.isLeft(read) || read.right.some((frame) => E.isLeft(client.receive(frame)))) cut('not ttrpc')
  })
  const unlink = onAbort(signal, () => cut('given up'))
  try {
    socket.connect(path)
  } catch (error) {
    cut(error instanceof Error ? error.message : String(error)) // Deno throws when it has no permission
  }
  return {
    client,
    end: () => {
      unlink()
      cut('done')
    },
  }
}

/**
 * Asks for one task. State and Wait go out together, for there is no time to lose; their messages have the fields of the tasks service's,
 * under the same numbers. What is only created can be started by nobody while containerd is away.
 */
const follow = async (client: TtrpcClient, { namespace, id, service }: Bundle, tell: (exit: ShimExit) => void): Promise<void> => {
  const request = GetRequest.encode(GetRequest.fromPartial({ containerId: id })).finish()
  const waiting = client.call(service, 'Wait', request, waitMs)()
  const state = await client.call(service, 'State', request, stateMs)()
  const process = E.isRight(state) ? decodeMessage(Process, state.right) : state
  const view = E.isRight(process) ? taskView(process.right) : undefined
  if (view === undefined || view._tag === 'Unclear' || view._tag === 'Created') return
  const waited = await waiting
  const exit = E.isRight(waited) ? decodeMessage(WaitResponse, waited.right) : waited
  if (!E.isRight(exit)) return
  const { exitStatus: code, exitedAt } = exit.right
  const oomKilled = code === 137 && await hasOomKills(client, service, request)
  tell({ namespace, id, pid: view.pid, code, exitedAt: toNanoseconds(exitedAt), oomKilled })
}

/** The cgroup, and its count, stay until the task is deleted. Who cannot say has counted none: the code is worth more than its reason. */
const hasOomKills = async (client: TtrpcClient, service: string, request: Uint8Array): Promise<boolean> => {
  const stats = await client.call(service, 'Stats', request, statsMs)()
  const found = E.isRight(stats) ? decodeMessage(StatsResponse, stats.right) : stats
  return E.isRight(found) && (oomKills(Metric.fromPartial({ data: found.right.stats })) ?? 0n) > 0n
}
