/**
 * An envelope of containerd's event stream as an event of the core. Pure: what cannot be used is said, not thrown.
 *
 * @module
 */
import { containerKey, imageKey, type Millis, type ReaperEvent, sandboxKey } from '../../core/index.ts'
import {
  ContainerCreate,
  ContainerDelete,
  ContainerUpdate,
  SandboxExit,
  SandboxStart,
  TaskCreate,
  TaskDelete,
  TaskExit,
  TaskOOM,
  TaskStart,
} from '../proto/gen/containerd/event_types.ts'
import { ImageCreate, ImageDelete, ImageUpdate } from '../proto/gen/containerd/images.ts'
import type { Envelope } from '../proto/gen/containerd/types.ts'
import { toNanoseconds } from './time.ts'

export type DecodedEvent =
  | { readonly _tag: 'Decoded'; readonly event: ReaperEvent }
  /** Of a kind that the machine has no use for (a pause, an exec, a snapshot, somebody's own). */
  | { readonly _tag: 'Irrelevant' }
  /** Of a kind that it needs, but not to be read. Never retried: it will not get better. */
  | { readonly _tag: 'Undecodable'; readonly message: string }

type Reader = (namespace: string, value: Uint8Array, at: Millis) => ReaperEvent | undefined

/** The topics to subscribe to, as filters of containerd, within the namespaces that are ours. */
export const subscriptionFilters = (namespaces: ReadonlyArray<string>): ReadonlyArray<string> =>
  namespaces.flatMap((namespace) =>
    ['^/tasks/(create|start|exit|delete|oom)$', '^/containers/', '^/sandboxes/', '^/images/'].map((topic) =>
      `namespace==${namespace},topic~="${topic}"`
    )
  )

/** undefined: it names nobody, and would be looked for for ever. */
const named = <A>(id: string, make: () => A): A | undefined => (id === '' ? undefined : make())

const container = (namespace: string, id: string, make: (key: ReturnType<typeof containerKey>) => ReaperEvent): ReaperEvent | undefined =>
  named(id, () => make(containerKey(namespace, id)))

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['containerd.events.TaskExit', (namespace, value, at) => {
    const { containerId, id, pid, exitStatus, exitedAt } = TaskExit.decode(value)
    return container(namespace, containerId, (key) => (
      { _tag: 'TaskExited', container: key, processId: id, pid, code: exitStatus, exitedAt: toNanoseconds(exitedAt), at }
    ))
  }],
  ['containerd.events.TaskDelete', (namespace, value, at) => {
    const { containerId, pid, exitStatus, exitedAt } = TaskDelete.decode(value)
    return container(namespace, containerId, (key) => (
      { _tag: 'TaskDeleted', container: key, pid, code: exitStatus, exitedAt: toNanoseconds(exitedAt), at }
    ))
  }],
  ['containerd.events.TaskCreate', (namespace, value, at) => {
    const { containerId, pid } = TaskCreate.decode(value)
    return container(namespace, containerId, (key) => ({ _tag: 'TaskCreated', container: key, pid, at }))
  }],
  ['containerd.events.TaskStart', (namespace, value, at) => {
    const { containerId, pid } = TaskStart.decode(value)
    return container(namespace, containerId, (key) => ({ _tag: 'TaskStarted', container: key, pid, at }))
  }],
  [
    'containerd.events.TaskOOM',
    (namespace, value, at) => container(namespace, TaskOOM.decode(value).containerId, (key) => ({ _tag: 'TaskOomed', container: key, at })),
  ],
  [
    'containerd.events.ContainerCreate',
    (namespace, value, at) =>
      container(namespace, ContainerCreate.decode(value).id, (key) => ({ _tag: 'ContainerChanged', container: key, at })),
  ],
  [
    'containerd.events.ContainerUpdate',
    (namespace, value, at) =>
      container(namespace, ContainerUpdate.decode(value).id, (key) => ({ _tag: 'ContainerChanged', container: key, at })),
  ],
  [
    'containerd.events.ContainerDelete',
    (namespace, value, at) =>
      container(namespace, ContainerDelete.decode(value).id, (key) => ({ _tag: 'ContainerDeleted', container: key, at })),
  ],
  ['containerd.events.SandboxStart', (namespace, value, at) => {
    const { sandboxId } = SandboxStart.decode(value)
    return named(sandboxId, () => ({ _tag: 'SandboxStarted', sandbox: sandboxKey(namespace, sandboxId), at }))
  }],
  ['containerd.events.SandboxExit', (namespace, value, at) => {
    const { sandboxId, exitStatus, exitedAt } = SandboxExit.decode(value)
    const sandbox = sandboxKey(namespace, sandboxId)
    return named(sandboxId, () => ({ _tag: 'SandboxExited', sandbox, code: exitStatus, exitedAt: toNanoseconds(exitedAt), at }))
  }],
  [
    'containerd.services.images.v1.ImageCreate',
    (namespace, value, at) => imageChanged(namespace, ImageCreate.decode(value), 'created', at),
  ],
  [
    'containerd.services.images.v1.ImageUpdate',
    (namespace, value, at) => imageChanged(namespace, ImageUpdate.decode(value), 'updated', at),
  ],
  [
    'containerd.services.images.v1.ImageDelete',
    (namespace, value, at) => imageChanged(namespace, ImageDelete.decode(value), 'deleted', at),
  ],
])

const imageChanged = (
  namespace: string,
  { name }: { readonly name: string },
  change: 'created' | 'updated' | 'deleted',
  at: Millis,
): ReaperEvent | undefined => named(name, () => ({ _tag: 'ImageChanged', image: imageKey(namespace, name), change, at }))

/**
 * Reads one envelope. containerd writes the bare message name as type url; other publishers may put a prefix and a `/` before it.
 *
 * @example An event of a kind nobody needs
 * ```ts
 * import assert from 'node:assert/strict'
 * import { millis } from 'containerd-reaper/core'
 * import { decodeEvent } from 'containerd-reaper/shell'
 *
 * const event = { typeUrl: 'containerd.events.TaskPaused', value: new Uint8Array() }
 * const decoded = decodeEvent({ timestamp: undefined, namespace: 'ci', topic: '/tasks/paused', event }, millis(0))
 * assert.deepEqual(decoded, { _tag: 'Irrelevant' })
 * ```
 */
export const decodeEvent = ({ namespace, topic, event }: Envelope, at: Millis): DecodedEvent => {
  const read = event === undefined ? undefined : readers.get(event.typeUrl.slice(event.typeUrl.lastIndexOf('/') + 1))
  if (event === undefined || read === undefined) return { _tag: 'Irrelevant' }
  try {
    const decoded = read(namespace, event.value, at)
    if (decoded !== undefined) return { _tag: 'Decoded', event: decoded }
    return { _tag: 'Undecodable', message: `Cannot use event ${topic} in namespace ${namespace}: wanted an id, found none` }
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    return {
      _tag: 'Undecodable',
      message: `Cannot read event ${topic} in namespace ${namespace}: wanted a ${event.typeUrl}, found ${found}`,
    }
  }
}
