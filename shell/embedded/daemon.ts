/**
 * The part of the daemon that looks after shims: which one belongs to which container, how a Delete ends in a shutdown,
 * and what it tells the world when a shim dies. It may be down while the shims run on.
 *
 * @module
 */
import { status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import * as events from './events.ts'
import { type Exchange } from './exchange.ts'
import { aborted } from './latch.ts'
import { nowNs } from './now.ts'
import { type Exit } from './process.ts'
import { alreadyExists, type Answer, noContainer, noTask, type Refusal, refusal } from './refusal.ts'
import { type Context } from './rpc.ts'
import { makeShim } from './shim.ts'
import { type ProcessState, type Shim, type TaskSpec } from './shim_port.ts'
import { makeTable, type Records, type Table } from './state.ts'

export interface Daemon {
  /** The shims that the daemon knows. */
  readonly shims: Table<Shim>
  readonly create: (namespace: string, id: string, spec: TaskSpec) => Answer<number>
  /** The shim of a container that has a record. */
  readonly find: (namespace: string, id: string) => Answer<Shim>
  /** Deletes a task and shuts its shim down. When the caller gives up, the shim goes on alone, and nobody shuts it down. */
  readonly remove: (namespace: string, id: string, context: Leaving) => Promise<Answer<ProcessState>>
  /** Kills a shim, as SIGKILL would, and cleans up after it: now, or at the daemon's next start. */
  readonly shimDied: (shim: Shim) => Promise<void>
  readonly isUp: () => boolean
  readonly goDown: () => void
  /** Comes back and cleans up after the shims that died meanwhile; with `cleanUp` also shuts down those that hold no task. */
  readonly goUp: (cleanUp: boolean) => void
}

/**
 * containerd reads the pid from the bundle, and says 0 if the bundle is gone. 1.6 was seen to give the task's own pid, which makes
 * such an exit look like an observed one.
 */
export type DeadShimPid = 'zero' | 'task'

/** How a Delete may be left alone by its caller. */
export type Leaving = Pick<Context, 'hold' | 'signal' | 'deadline'>

export interface DaemonParts {
  readonly records: Records
  readonly exchange: Exchange
  /** How shims hand in their events. */
  readonly forward: (namespace: string, event: events.Publication) => void
  /** Which pid it gives to the exit of a container whose shim ended under it. */
  readonly deadShimPid: DeadShimPid
}

/** What containerd says of a container whose shim ended under it: it does not know, and says 137. */
const synthesised = (): Exit => ({ status: 137, atNs: nowNs() })

export const makeDaemon = ({ records, exchange, forward, deadShimPid }: DaemonParts): Daemon => {
  const shims = makeTable<Shim>()
  let up = true

  /** The connection to a shim closed while the daemon still had it in its books: it speaks for the shim. */
  const connectionClosed = (shim: Shim): void => {
    if (shims.get(shim.namespace, shim.id) !== shim) return
    const exit = synthesised()
    const pid = deadShimPid === 'zero' ? 0 : shim.lastPid()
    exchange.publish(shim.namespace, events.taskExit(shim.id, shim.id, pid, exit))
    exchange.publish(shim.namespace, events.taskDelete(shim.id, pid, exit))
    shims.delete(shim.namespace, shim.id)
  }

  const forget = (shim: Shim): void => {
    if (shims.get(shim.namespace, shim.id) === shim) shims.delete(shim.namespace, shim.id)
  }

  const find = (namespace: string, id: string): Answer<Shim> => {
    if (!records.containers.has(namespace, id)) return noContainer(namespace, id)
    const shim = shims.get(namespace, id)
    return shim === undefined ? noTask(id) : E.right(shim)
  }

  const prefixed = E.mapLeft(({ code, message }: Refusal): Refusal => ({ code, message: `failed to delete task: ${message}` }))

  /** Whether the daemon goes on after this answer of a shim: the task is gone, or the shim is. */
  const settled = (answer: Answer<ProcessState>): boolean =>
    answer._tag === 'Right' || answer.left.code === status.NOT_FOUND || answer.left.message.startsWith('ttrpc: closed')

  return {
    shims,
    find,
    create: (namespace, id, spec) => {
      if (!records.containers.has(namespace, id)) return noContainer(namespace, id)
      // A shim that was leaked under this id is in the way too.
      if (shims.has(namespace, id)) return alreadyExists(`task ${id}`)
      const shim = makeShim({ namespace, id, publish: (event) => forward(namespace, event) })
      const pid = shim.create(spec)
      if (pid._tag === 'Right') shims.set(namespace, id, shim)
      return pid
    },
    remove: async (namespace, id, { hold, signal, deadline }) => {
      const found = find(namespace, id)
      if (found._tag === 'Left') return found
      const shim = found.right
      const removing = shim.remove(hold?.until)
      // The deadline travels on to the shim, which keeps it whether the caller stays or not. A cancel does not.
      if (hold?.cutByDeadline === true && Number.isFinite(deadline)) {
        const timer = setTimeout(shim.cutOff, Math.max(0, deadline - Date.now()))
        void removing.then(() => clearTimeout(timer))
      }
      const answer = await Promise.race([removing, aborted(signal).then(() => undefined)])
      if (answer === undefined) return E.left(refusal(status.UNKNOWN, 'context canceled: unknown'))
      if (!settled(answer)) return prefixed(answer)
      // After a deletion that succeeded the shim is struck off first, so that its end is not taken for a death.
      if (answer._tag === 'Right') forget(shim)
      shim.shutdown()
      if (!shim.alive()) connectionClosed(shim)
      return prefixed(answer)
    },
    shimDied: async (shim) => {
      shim.die()
      await shim.reapChildren()
      if (up) connectionClosed(shim)
    },
    isUp: () => up,
    goDown: () => {
      up = false
    },
    goUp: (cleanUp) => {
      up = true
      for (const shim of shims.all()) {
        if (cleanUp && shim.alive() && shim.task() === undefined) shim.shutdown()
        if (!shim.alive()) connectionClosed(shim)
      }
    },
  }
}
