/**
 * The events that containerd publishes, as topic and packed message, and what a filter can see of a packed one.
 * Knows the catalogue, not who gets what.
 *
 * @module
 */
import * as types from '../proto/gen/containerd/event_types.ts'
import { ImageCreate, ImageDelete, ImageUpdate } from '../proto/gen/containerd/images.ts'
import { type Any } from '../proto/gen/google/protobuf/any.ts'
import { type Fields, fieldsOf } from './filter.ts'
import { timestamp } from './now.ts'
import { type Exit } from './process.ts'

/** What a publisher hands over. */
export interface Publication {
  readonly topic: string
  readonly event: Any
}

interface Codec<A> {
  encode(message: A): { finish(): Uint8Array }
}

/** The type_url of an event is the bare name of its message. */
const pack = <A>(topic: string, typeUrl: string, codec: Codec<A>, message: A): Publication => ({
  topic,
  event: { typeUrl, value: codec.encode(message).finish() },
})

export const taskCreate = (containerId: string, pid: number, bundle: string): Publication =>
  pack(
    '/tasks/create',
    'containerd.events.TaskCreate',
    types.TaskCreate,
    types.TaskCreate.fromPartial({ containerId, pid, bundle, io: {} }),
  )

export const taskStart = (containerId: string, pid: number): Publication =>
  pack('/tasks/start', 'containerd.events.TaskStart', types.TaskStart, { containerId, pid })

/** `id` is the container's own, or that of an exec in it. */
export const taskExit = (containerId: string, id: string, pid: number, exit: Exit): Publication =>
  pack('/tasks/exit', 'containerd.events.TaskExit', types.TaskExit, {
    containerId,
    id,
    pid,
    exitStatus: exit.status,
    exitedAt: timestamp(exit.atNs),
  })

export const taskDelete = (containerId: string, pid: number, exit: Exit): Publication =>
  pack('/tasks/delete', 'containerd.events.TaskDelete', types.TaskDelete, {
    containerId,
    pid,
    exitStatus: exit.status,
    exitedAt: timestamp(exit.atNs),
    id: '',
  })

export const taskOom = (containerId: string): Publication => pack('/tasks/oom', 'containerd.events.TaskOOM', types.TaskOOM, { containerId })

export const execAdded = (containerId: string, execId: string): Publication =>
  pack('/tasks/exec-added', 'containerd.events.TaskExecAdded', types.TaskExecAdded, { containerId, execId })

export const execStarted = (containerId: string, execId: string, pid: number): Publication =>
  pack('/tasks/exec-started', 'containerd.events.TaskExecStarted', types.TaskExecStarted, { containerId, execId, pid })

export const taskPaused = (containerId: string): Publication =>
  pack('/tasks/paused', 'containerd.events.TaskPaused', types.TaskPaused, { containerId })

export const taskResumed = (containerId: string): Publication =>
  pack('/tasks/resumed', 'containerd.events.TaskResumed', types.TaskResumed, { containerId })

export const containerCreate = (id: string, image: string, runtime: string): Publication =>
  pack(
    '/containers/create',
    'containerd.events.ContainerCreate',
    types.ContainerCreate,
    types.ContainerCreate.fromPartial({ id, image, runtime: { name: runtime } }),
  )

export const containerUpdate = (
  { id, image, labels, snapshotKey }: Pick<types.ContainerUpdate, 'id' | 'image' | 'labels' | 'snapshotKey'>,
): Publication => pack('/containers/update', 'containerd.events.ContainerUpdate', types.ContainerUpdate, { id, image, labels, snapshotKey })

export const containerDelete = (id: string): Publication =>
  pack('/containers/delete', 'containerd.events.ContainerDelete', types.ContainerDelete, { id })

export const namespaceCreate = (name: string, labels: Map<string, string>): Publication =>
  pack('/namespaces/create', 'containerd.events.NamespaceCreate', types.NamespaceCreate, { name, labels })

export const namespaceDelete = (name: string): Publication =>
  pack('/namespaces/delete', 'containerd.events.NamespaceDelete', types.NamespaceDelete, { name })

export const sandboxExit = (sandboxId: string, exit: Exit): Publication =>
  pack('/sandboxes/exit', 'containerd.events.SandboxExit', types.SandboxExit, {
    sandboxId,
    exitStatus: exit.status,
    exitedAt: timestamp(exit.atNs),
  })

/** The image events live in the package of the images service, not beside the others. */
export const imageCreate = (name: string, labels: Map<string, string>): Publication =>
  pack('/images/create', 'containerd.services.images.v1.ImageCreate', ImageCreate, { name, labels })

export const imageUpdate = (name: string, labels: Map<string, string>): Publication =>
  pack('/images/update', 'containerd.services.images.v1.ImageUpdate', ImageUpdate, { name, labels })

export const imageDelete = (name: string): Publication =>
  pack('/images/delete', 'containerd.services.images.v1.ImageDelete', ImageDelete, { name })

const decoders: ReadonlyMap<string, (bytes: Uint8Array) => object> = new Map<string, (bytes: Uint8Array) => object>([
  ...Object.entries(types).flatMap(([name, codec]) =>
    typeof codec === 'object' ? [[`containerd.events.${name}`, (bytes: Uint8Array) => codec.decode(bytes)] as const] : []
  ),
  ['containerd.services.images.v1.ImageCreate', (bytes) => ImageCreate.decode(bytes)],
  ['containerd.services.images.v1.ImageUpdate', (bytes) => ImageUpdate.decode(bytes)],
  ['containerd.services.images.v1.ImageDelete', (bytes) => ImageDelete.decode(bytes)],
])

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/**
 * The text and map fields of a packed event, by their names on the wire. An unknown or broken event has none.
 * Numbers, times and lists are not to be seen, as in containerd.
 */
export const payloadOf = (event: Any | undefined): Readonly<Record<string, string | ReadonlyMap<string, string>>> => {
  const decode = decoders.get(event?.typeUrl ?? '')
  if (event === undefined || decode === undefined) return {}
  try {
    return Object.fromEntries(
      Object.entries(decode(event.value)).flatMap(([name, value]: readonly [string, unknown]) =>
        typeof value === 'string' || value instanceof Map ? [[snake(name), value]] : []
      ),
    )
  } catch {
    return {}
  }
}

/** The id that an event is about: its container, sandbox, image, ... */
export const subjectOf = (event: Any | undefined): string => {
  const payload = payloadOf(event)
  const found = ['container_id', 'sandbox_id', 'id', 'name', 'key', 'digest'].map((name) => payload[name])
    .find((value) => typeof value === 'string' && value !== '')
  return typeof found === 'string' ? found : ''
}

/** What a filter of `Subscribe` sees of an event: `namespace`, `topic` and `event.<field>`. */
export const envelopeFields = (namespace: string, { topic, event }: Publication): Fields => {
  const outer = fieldsOf({ namespace, topic })
  let inner: Fields | undefined
  return (path) => {
    if (path[0] !== 'event') return outer(path)
    inner ??= fieldsOf(payloadOf(event))
    return inner(path.slice(1))
  }
}
