/**
 * Containers that all exit at one moment, again and again: their records are made once, each round gives every one a new task that waits
 * at a gate. Talks to containerd directly, since a client program for each of them would take longer than what is measured.
 */
import { Client, credentials } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Call, connect, describeError } from '../../shell/index.ts'
import { unary } from '../../shell/containerd/unary.ts'
import { Status } from '../../shell/proto/gen/containerd/task.ts'
import { CreateTaskRequest, TasksService } from '../../shell/proto/gen/containerd/tasks.ts'
import { type Containerd as Daemon, ctrFor, type Gate, makeGate } from '../../test/support/containerd/index.ts'
import { waitFor } from '../../test/support/wait_for.ts'
import { atOnce } from './at_once.ts'

export interface Crowd {
  readonly namespace: string
  readonly ids: ReadonlyArray<string>
  /** Starts a task for every container; they wait at the gate that is returned. */
  readonly gather: () => Promise<Gate>
  /** Waits until every task is STOPPED. */
  readonly allStopped: () => Promise<void>
  /** Throws unless no task is left. */
  readonly assertGone: () => Promise<void>
  readonly close: () => void
}

export interface CrowdOptions {
  readonly namespace: string
  readonly size: number
  /** All in one shim, as the containers of a pod are, or each in one of its own. */
  readonly shim: 'shared' | 'own'
}

/** Tasks that are started side by side: the machine has few processors. */
const startsAtOnce = 4
const forever = new AbortController().signal

export const settled = async <A>(call: Call<A>): Promise<A> => {
  const result = await call({ signal: forever })()
  if (E.isLeft(result)) throw new Error(describeError(result.left))
  return result.right
}

export const makeCrowd = async (daemon: Daemon, { namespace, size, shim }: CrowdOptions): Promise<Crowd> => {
  const ctr = ctrFor(daemon, namespace)
  const containerd = connect({ address: daemon.address })
  const target = { client: new Client(`unix:${daemon.address}`, credentials.createInsecure()), namespace }
  const ids = Array.from({ length: size }, (_, place) => `${shim}-${String(place).padStart(3, '0')}`)
  const [first = '', ...others] = ids
  let rounds = 0

  const openGate = (): Gate => {
    const name = `${namespace}-${rounds++}`
    const gate = makeGate(daemon.rootfs, name)
    writeFileSync(join(daemon.rootfs, 'gates', namespace), name)
    return gate
  }
  // The name of the gate is read by the container, because its record, and so its command, stays the same.
  const command = `read -r gate < /gates/${namespace}; read -r line < "/gates/$gate"; exit 3`
  const make = (id: string): Promise<void> => ctr.run(id, { command, ...(shim === 'shared' ? { group: `${namespace}-pod` } : {}) })
  const start = async (id: string): Promise<void> => {
    await settled(unary(target, TasksService.create, CreateTaskRequest.create({ containerId: id })))
    await settled(unary(target, TasksService.start, { containerId: id, execId: '' }))
  }
  // The first of a pod brings the shim that the others join.
  const each = async (go: (id: string) => Promise<void>): Promise<void> => {
    await go(first)
    await atOnce(startsAtOnce, others, go)
  }

  let isMade = false
  return {
    namespace,
    ids,
    gather: async () => {
      const gate = openGate()
      await each(isMade ? start : make)
      isMade = true
      return gate
    },
    allStopped: async () => {
      await waitFor(() => settled(containerd.taskList(namespace)), {
        what: `all tasks of ${namespace} to stop`,
        until: (tasks) => tasks.length === size && tasks.every(({ status }) => status === Status.STOPPED),
      })
    },
    assertGone: async () => {
      const left = await settled(containerd.taskList(namespace))
      if (left.length > 0) throw new Error(`Cannot use this round: wanted no task in ${namespace}, found ${left.length}`)
    },
    close: () => {
      containerd.close()
      target.client.close()
    },
  }
}
