/**
 * containerd's sandbox services: the store, and a controller whose Wait publishes the exit itself, once for every waiter.
 * In several releases that publishing fails on a topic without its slash, and the answer with it: that is one of the modes.
 *
 * @module
 */
import { status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { type ControllerServer, type StoreServer } from '../proto/gen/containerd/sandbox.ts'
import { Sandbox } from '../proto/gen/containerd/types.ts'
import * as events from './events.ts'
import { type Exchange } from './exchange.ts'
import { fieldsOf, parseFilters, passes } from './filter.ts'
import { latch, orAborted } from './latch.ts'
import { noTime, nowNs, timestamp } from './now.ts'
import { alreadyExists, type Answer, invalid, notFound, refusal } from './refusal.ts'
import { type Rpc } from './rpc.ts'
import { ensureNamespace, type Records, type SandboxState } from './state.ts'

/**
 * How the sandbox services behave: as they should; with the topic bug of several releases, where `Wait` does its work and then
 * answers `INVALID_ARGUMENT`; or not there at all (`UNIMPLEMENTED`), as before containerd 1.7.
 */
export type SandboxMode = 'normal' | 'topicBug' | 'absent'

export interface SandboxSpec {
  readonly namespace: string
  readonly id: string
  readonly labels?: ReadonlyMap<string, string>
  readonly sandboxer?: string
}

/** Puts a running sandbox into the store. No event: whoever calls the controller in process publishes none. */
export const createSandbox = (records: Records, { namespace, id, labels, sandboxer = 'podsandbox' }: SandboxSpec): Answer<SandboxState> => {
  if (records.sandboxes.has(namespace, id)) return alreadyExists(`sandbox "${id}"`)
  const now = timestamp(nowNs())
  const record = Sandbox.fromPartial({
    sandboxId: id,
    sandboxer,
    runtime: { name: 'io.containerd.runc.v2' },
    labels: new Map(labels),
    createdAt: now,
    updatedAt: now,
  })
  const sandbox: SandboxState = { record, pid: 4_000_000 + records.sandboxes.all().length, exited: latch(), exit: undefined }
  ensureNamespace(records, namespace)
  records.sandboxes.set(namespace, id, sandbox)
  return E.right(sandbox)
}

/** Ends a sandbox; the first end counts. */
export const exitSandbox = (sandbox: SandboxState, exitStatus: number): void => {
  sandbox.exit ??= { status: exitStatus, atNs: nowNs() }
  sandbox.exited.open(sandbox.exit)
}

const none = (id: string): Answer<never> => notFound(`sandbox "${id}"`)

export const storeServer = (records: Records, { unary }: Rpc): StoreServer => {
  const byId = ({ sandboxId }: { readonly sandboxId: string }) => ({ id: sandboxId })
  return {
    create: unary(
      { call: 'Store/Create', namespaced: true, subject: ({ sandbox }) => ({ id: sandbox?.sandboxId ?? '' }) },
      ({ sandbox }, { namespace }) =>
        sandbox === undefined ? invalid('sandbox: missing') : E.map(({ record }: SandboxState) => ({ sandbox: record }))(
          createSandbox(records, { namespace, id: sandbox.sandboxId, labels: sandbox.labels, sandboxer: sandbox.sandboxer }),
        ),
    ),
    delete: unary(
      { call: 'Store/Delete', namespaced: true, subject: byId },
      ({ sandboxId }, { namespace }) => records.sandboxes.delete(namespace, sandboxId) ? E.right({}) : none(sandboxId),
    ),
    list: unary({ call: 'Store/List', namespaced: true, subject: () => ({}) }, ({ filters }, { namespace }) => {
      const parsed = parseFilters(filters)
      if (parsed._tag === 'Left') return invalid(`${parsed.left}: invalid argument`)
      const list = records.sandboxes.of(namespace).map(({ record }) => record)
        .filter(({ sandboxId, labels }) => passes(parsed.right, fieldsOf({ id: sandboxId, labels })))
      return E.right({ list })
    }),
    get: unary({ call: 'Store/Get', namespaced: true, subject: byId }, ({ sandboxId }, { namespace }) => {
      const found = records.sandboxes.get(namespace, sandboxId)
      return found === undefined ? none(sandboxId) : E.right({ sandbox: found.record })
    }),
  }
}

export const controllerServer = (records: Records, exchange: Exchange, mode: SandboxMode, { unary }: Rpc): ControllerServer => {
  const method = (name: string) => ({
    call: `Controller/${name}`,
    namespaced: true,
    subject: ({ sandboxId }: { readonly sandboxId: string }) => ({ id: sandboxId }),
  })
  const find = (namespace: string, sandboxId: string, sandboxer: string): Answer<SandboxState> => {
    if (sandboxer === '') return E.left(refusal(status.INVALID_ARGUMENT, 'invalid argument: sandbox controller name can not be empty'))
    const found = records.sandboxes.get(namespace, sandboxId)
    if (found === undefined) return none(sandboxId)
    return found.record.sandboxer === sandboxer
      ? E.right(found)
      : E.left(refusal(status.NOT_FOUND, `not found: failed to get sandbox controller by ${sandboxer}`))
  }
  const notHere = (): Answer<never> => E.left(refusal(status.UNIMPLEMENTED, 'the embedded containerd makes no sandboxes over gRPC'))
  return {
    create: unary(method('Create'), notHere),
    start: unary(method('Start'), notHere),
    stop: unary(method('Stop'), ({ sandboxId, sandboxer }, { namespace }) =>
      E.map((sandbox: SandboxState) => {
        exitSandbox(sandbox, 137)
        return {}
      })(find(namespace, sandboxId, sandboxer))),
    wait: unary(method('Wait'), async ({ sandboxId, sandboxer }, { namespace, signal }) => {
      const found = find(namespace, sandboxId, sandboxer)
      if (found._tag === 'Left') return found
      const exit = await orAborted(signal, found.right.exited.promise, undefined)
      if (exit === undefined) return E.left(refusal(status.CANCELLED, 'context canceled'))
      if (mode === 'topicBug') return invalid(`envelope topic "sandboxes/exit": must start with '/'`)
      exchange.publish(namespace, events.sandboxExit(sandboxId, exit))
      return E.right({ exitStatus: exit.status, exitedAt: timestamp(exit.atNs) })
    }),
    status: unary(method('Status'), ({ sandboxId, sandboxer }, { namespace }) =>
      E.map(({ pid, record, exit }: SandboxState) => ({
        sandboxId,
        pid: exit === undefined ? pid : 0,
        state: exit === undefined ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
        info: new Map<string, string>(),
        createdAt: record.createdAt,
        exitedAt: exit === undefined ? noTime : timestamp(exit.atNs),
        extra: undefined,
        address: '',
        version: 0,
      }))(find(namespace, sandboxId, sandboxer))),
    shutdown: unary(method('Shutdown'), ({ sandboxId, sandboxer }, { namespace }) =>
      E.map((sandbox: SandboxState) => {
        exitSandbox(sandbox, 137)
        records.sandboxes.delete(namespace, sandboxId)
        return {}
      })(find(namespace, sandboxId, sandboxer))),
  }
}
