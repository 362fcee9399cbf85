/**
 * Exits, asked of the shims themselves: while containerd is away nobody else can tell them, and from 1.7 on a containerd that starts throws
 * away the shim of a task that has ended, exit code and all. Only reads: State and Wait.
 *
 * @module
 */
import { connect as connectSocket } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'
import type { Nanos } from '../../core/index.ts'
import { type Clock, systemClock } from '../clock.ts'
import { socketPath } from '../containerd/address.ts'
import { taskView } from '../containerd/task_view.ts'
import { toNanoseconds } from '../containerd/time.ts'
import { makeClient, type TtrpcClient } from '../nri/ttrpc/client.ts'
import { decodeMessage } from '../nri/ttrpc/codec.ts'
import { frameReader } from '../nri/ttrpc/frame.ts'
import { GetRequest, WaitResponse } from '../proto/gen/containerd/tasks.ts'
import { Process } from '../proto/gen/containerd/task.ts'
import { onAbort } from '../task/cancellable.ts'
import { type Bundle, bundlesOf } from './bundles.ts'

/** A task's exit, as its shim tells it. */
export interface ShimExit {
  readonly namespace: string
  readonly id: string
  readonly pid: number
  readonly code: number
  readonly exitedAt: Nanos | undefined
}

/** The shims of a containerd. */
export interface Shims {
  /**
   * Asks the shims of these namespaces for every task that runs or has ended, and tells each exit once, until the signal aborts. Ends
   * when there is nothing left to hear; a shim that cannot be asked has nothing to tell.
   */
  readonly follow: (namespaces: ReadonlyArray<string>, signal: AbortSignal, tell: (exit: ShimExit) => void) => Promise<void>
}

/** An answer to State comes at once; that to Wait when the task ends, which ttrpc wants to have a limit. */
const stateMs = 5_000
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
): Shims => ({
  follow: async (namespaces, signal, tell) => {
    const bySocket = new Map<string, Array<Bundle>>()
    for (const bundle of await bundlesOf(socketPath(address), namespaces, proc)) {
      const others = bySocket.get(bundle.socket)
      if (others === undefined) bySocket.set(bundle.socket, [bundle])
      else others.push(bundle)
    }
    await Promise.all([...bySocket].map(([socket, tasks]) => ask(socket, tasks, clock, signal, tell)))
  },
})

/** One connection to one shim; ends when all its tasks have told their exit, or with the connection. */
const ask = async (
  path: string,
  tasks: ReadonlyArray<Bundle>,
  clock: Clock,
  signal: AbortSignal,
  tell: (exit: ShimExit) => void,
): Promise<void> => {
  if (signal.aborted) return
  const socket = connectSocket(path)
  const frames = frameReader()
  const client = makeClient((bytes) => void socket.write(bytes), clock)
  const end = (reason: string): void => {
    client.end(reason)
    socket.destroy()
  }
  socket.on('error', (error) => end(error.message))
  socket.on('close', () => end('closed'))
  socket.on('data', (bytes: Buffer) => {
    const read = frames.push(bytes)
    if (E.isLeft(read) || read.right.some((frame) => E.isLeft(client.receive(frame)))) end('not ttrpc')
  })
  const unlink = onAbort(signal, () => end('given up'))
  await Promise.all(tasks.map((task) => follow(client, task, tell)))
  unlink()
  end('done')
}

/** The shim's messages have the fields of the tasks service's, under the same numbers. */
const follow = async (client: TtrpcClient, { namespace, id, service }: Bundle, tell: (exit: ShimExit) => void): Promise<void> => {
  const request = GetRequest.encode(GetRequest.fromPartial({ containerId: id })).finish()
  const state = await client.call(service, 'State', request, stateMs)()
  const process = E.isRight(state) ? decodeMessage(Process, state.right) : state
  const view = E.isRight(process) ? taskView(process.right) : undefined
  // What is only created can be started by nobody while containerd is away.
  if (view === undefined || view._tag === 'Unclear' || view._tag === 'Created') return
  const waited = await client.call(service, 'Wait', request, waitMs)()
  const exit = E.isRight(waited) ? decodeMessage(WaitResponse, waited.right) : waited
  if (E.isRight(exit)) tell({ namespace, id, pid: view.pid, code: exit.right.exitStatus, exitedAt: toNanoseconds(exit.right.exitedAt) })
}
