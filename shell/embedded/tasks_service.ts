/**
 * containerd's tasks service on our shims: create, start, kill, wait, delete and the rest, with containerd's codes and texts.
 *
 * @module
 */
import { status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { Metrics } from '../proto/gen/containerd/cgroups2.ts'
import { type Process as WireProcess, type ProcessInfo } from '../proto/gen/containerd/task.ts'
import { type DeleteResponse, type TasksServer } from '../proto/gen/containerd/tasks.ts'
import { type Metric } from '../proto/gen/containerd/types.ts'
import { type Any } from '../proto/gen/google/protobuf/any.ts'
import { type Daemon } from './daemon.ts'
import { fieldsOf, parseFilters, passes } from './filter.ts'
import { latch } from './latch.ts'
import { noTime, nowNs, timestamp } from './now.ts'
import { type ProcessSpec } from './process.ts'
import { type Answer, refusal, unknown } from './refusal.ts'
import { type Rpc } from './rpc.ts'
import { type ProcessState, type Shim } from './shim_port.ts'
import { processSpecOf, taskSpecOf } from './spec.ts'
import { type Records } from './state.ts'

const wire = ({ id, pid, status, exit }: ProcessState): WireProcess => ({
  containerId: '',
  id,
  pid,
  status,
  stdin: '',
  stdout: '',
  stderr: '',
  terminal: false,
  exitStatus: exit?.status ?? 0,
  exitedAt: exit === undefined ? noTime : timestamp(exit.atNs),
})

const deleted = (id: string, { pid, exit }: ProcessState): DeleteResponse => ({
  id,
  pid,
  exitStatus: exit?.status ?? 0,
  exitedAt: exit === undefined ? noTime : timestamp(exit.atNs),
})

/** The one number of a task's statistics that stands for something: how many of its processes the kernel killed for want of memory. */
const metric = (shim: Shim): Metric => ({
  timestamp: timestamp(nowNs()),
  id: shim.id,
  data: {
    typeUrl: 'io.containerd.cgroups.v2.Metrics',
    value: Metrics.encode(Metrics.fromPartial({ pids: {}, memory: {}, memoryEvents: { oomKill: shim.oomKills() } })).finish(),
  },
})

const execSpec = (spec: Any | undefined): Answer<ProcessSpec> => {
  const read = processSpecOf(spec)
  return read._tag === 'Left' ? unknown(read.left) : read
}

const named = ({ containerId, execId = '' }: { readonly containerId: string; readonly execId?: string }) => ({ id: containerId, execId })

export interface TasksParts {
  readonly daemon: Daemon
  readonly records: Records
  readonly rpc: Rpc
  /** How long Get and List wait for a task that a Delete has locked. */
  readonly stateLimitMs: number
}

export const tasksServer = ({ daemon, records, rpc: { unary }, stateLimitMs }: TasksParts): TasksServer => {
  /** Waits for the task's lock, for a while. */
  const stateIn = async (shim: Shim, execId: string): Promise<Answer<ProcessState>> => {
    const timer = latch()
    const timeout = setTimeout(timer.open, stateLimitMs)
    await Promise.race([shim.idle(), timer.promise])
    clearTimeout(timeout)
    return shim.alive() ? shim.state(execId) : E.left(refusal(status.NOT_FOUND, 'not found'))
  }
  const method = (name: string) => ({ call: `Tasks/${name}`, namespaced: true, subject: named })
  const all = (name: string) => ({ call: `Tasks/${name}`, namespaced: true, subject: () => ({}) })
  const withShim = <A>(namespace: string, id: string, use: (shim: Shim) => Answer<A>): Answer<A> => E.chain(use)(daemon.find(namespace, id))
  const withShimAsync = async <A>(namespace: string, id: string, use: (shim: Shim) => Promise<Answer<A>>): Promise<Answer<A>> => {
    const found = daemon.find(namespace, id)
    return found._tag === 'Left' ? found : use(found.right)
  }
  const empty = (answer: Answer<unknown>): Answer<object> => E.map(() => ({}))(answer)

  return {
    create: unary(method('Create'), ({ containerId }, { namespace }) => {
      const record = records.containers.get(namespace, containerId)
      const spec = record === undefined ? undefined : taskSpecOf(record.spec)
      if (spec?._tag === 'Left') return unknown(spec.left)
      const made = daemon.create(namespace, containerId, spec?.right ?? { argv: [], ownPidNamespace: true })
      return E.map((pid: number) => ({ containerId, pid }))(made)
    }),
    start: unary(
      method('Start'),
      ({ containerId, execId }, { namespace }) =>
        withShim(namespace, containerId, (shim) => E.map((pid: number) => ({ pid }))(shim.start(execId))),
    ),
    delete: unary(
      { ...method('Delete'), holdsInShim: true },
      async ({ containerId }, context) =>
        E.map((state: ProcessState) => deleted('', state))(await daemon.remove(context.namespace, containerId, context)),
    ),
    deleteProcess: unary(
      method('DeleteProcess'),
      ({ containerId, execId }, { namespace }) =>
        withShim(namespace, containerId, (shim) => E.map((state: ProcessState) => deleted(execId, state))(shim.removeExec(execId))),
    ),
    get: unary(
      method('Get'),
      ({ containerId, execId }, { namespace }) =>
        withShimAsync(
          namespace,
          containerId,
          async (shim) => E.map((state: ProcessState) => ({ process: wire(state) }))(await stateIn(shim, execId)),
        ),
    ),
    // One shim after the other, as containerd asks them; a task whose shim has no answer is left out.
    list: unary(all('List'), async (_request, { namespace }) => {
      const tasks: Array<WireProcess> = []
      for (const shim of daemon.shims.of(namespace)) {
        const state = await stateIn(shim, '')
        if (state._tag === 'Right') tasks.push(wire(state.right))
      }
      return E.right({ tasks })
    }),
    kill: unary(
      method('Kill'),
      async ({ containerId, execId, signal, all }, { namespace }) =>
        empty(await withShimAsync(namespace, containerId, (shim) => shim.kill(execId, signal, all))),
    ),
    exec: unary(
      method('Exec'),
      ({ containerId, execId, spec }, { namespace }) =>
        empty(withShim(namespace, containerId, (shim) => E.chain((process: ProcessSpec) => shim.exec(execId, process))(execSpec(spec)))),
    ),
    pause: unary(method('Pause'), ({ containerId }, { namespace }) => empty(withShim(namespace, containerId, (shim) => shim.pause()))),
    resume: unary(method('Resume'), ({ containerId }, { namespace }) => empty(withShim(namespace, containerId, (shim) => shim.resume()))),
    listPids: unary(
      method('ListPids'),
      ({ containerId }, { namespace }) =>
        withShim(
          namespace,
          containerId,
          (shim) => E.map(() => ({ processes: shim.members().map((pid): ProcessInfo => ({ pid, info: undefined })) }))(shim.state('')),
        ),
    ),
    update: unary(
      method('Update'),
      ({ containerId }, { namespace }) => empty(withShim(namespace, containerId, (shim) => shim.state(''))),
    ),
    metrics: unary(all('Metrics'), ({ filters }, { namespace }) => {
      const parsed = parseFilters(filters)
      if (parsed._tag === 'Left') return E.left(refusal(status.UNKNOWN, `${parsed.left}: invalid argument`))
      const metrics = daemon.shims.of(namespace)
        .filter((shim) => shim.task() !== undefined && shim.alive())
        .filter(({ id }) => passes(parsed.right, fieldsOf({ id, namespace })))
        .map(metric)
      return E.right({ metrics })
    }),
    wait: unary(
      method('Wait'),
      ({ containerId, execId }, { namespace, signal }) =>
        withShimAsync(
          namespace,
          containerId,
          async (shim) =>
            E.map(({ status, atNs }: { readonly status: number; readonly atNs: bigint }) => ({
              exitStatus: status,
              exitedAt: timestamp(atNs),
            }))(
              await shim.wait(execId, signal),
            ),
        ),
    ),
  }
}
