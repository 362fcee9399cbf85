/** Every kind of event, what cannot be used of them, and what two real daemons published. */
import assert from 'node:assert/strict'
import { containerKey, imageKey, millis, nanos, type ReaperEvent, sandboxKey } from '../../../../core/index.ts'
import { decodeEvent, subscriptionFilters } from '../../../../shell/containerd/decode_event.ts'
import { fieldsOf, parseFilters, passes } from '../../../../shell/embedded/filter.ts'
import * as types from '../../../../shell/proto/gen/containerd/event_types.ts'
import { ImageCreate, ImageDelete, ImageUpdate } from '../../../../shell/proto/gen/containerd/images.ts'
import { Envelope } from '../../../../shell/proto/gen/containerd/types.ts'
import { captureNames, readCapture, readTruth } from '../../../support/captures.ts'
import { packed } from '../../../support/packed_event.ts'
import type { Vector } from '../../../support/property.ts'

const at = millis(1_700_000_000_000)
const web = containerKey('ci', 'web')
const pod = sandboxKey('ci', 'pod')
const exitedAt = { seconds: 1_700_000_000n, nanos: 123_456_789 }
const exitedAtNanos = nanos(1_700_000_000_123_456_789n)

const exit = types.TaskExit.fromPartial({ containerId: 'web', id: 'web', pid: 42, exitStatus: 3, exitedAt })
const anExit = packed('/tasks/exit', 'containerd.events.TaskExit', types.TaskExit, exit)

interface Kind {
  readonly envelope: Envelope
  readonly event: ReaperEvent
}

const oneContainer = types.ContainerUpdate.fromPartial({ id: 'web' })
const image = { name: 'docker.io/library/busybox:1' }
const busybox = imageKey('ci', image.name)

const kinds: ReadonlyArray<Kind> = [
  {
    envelope: anExit,
    event: { _tag: 'TaskExited', container: web, processId: 'web', pid: 42, code: 3, exitedAt: exitedAtNanos, at },
  },
  {
    envelope: packed('/tasks/delete', 'containerd.events.TaskDelete', types.TaskDelete, {
      ...types.TaskDelete.fromPartial({ containerId: 'web', pid: 42, exitStatus: 3, exitedAt }),
    }),
    event: { _tag: 'TaskDeleted', container: web, pid: 42, code: 3, exitedAt: exitedAtNanos, at },
  },
  {
    envelope: packed(
      '/tasks/create',
      'containerd.events.TaskCreate',
      types.TaskCreate,
      types.TaskCreate.fromPartial({ containerId: 'web', pid: 42 }),
    ),
    event: { _tag: 'TaskCreated', container: web, pid: 42, at },
  },
  {
    envelope: packed('/tasks/start', 'containerd.events.TaskStart', types.TaskStart, { containerId: 'web', pid: 42 }),
    event: { _tag: 'TaskStarted', container: web, pid: 42, at },
  },
  {
    envelope: packed('/tasks/oom', 'containerd.events.TaskOOM', types.TaskOOM, { containerId: 'web' }),
    event: { _tag: 'TaskOomed', container: web, at },
  },
  {
    envelope: packed(
      '/containers/create',
      'containerd.events.ContainerCreate',
      types.ContainerCreate,
      types.ContainerCreate.fromPartial({ id: 'web' }),
    ),
    event: { _tag: 'ContainerChanged', container: web, at },
  },
  {
    envelope: packed('/containers/update', 'containerd.events.ContainerUpdate', types.ContainerUpdate, oneContainer),
    event: { _tag: 'ContainerChanged', container: web, at },
  },
  {
    envelope: packed('/containers/delete', 'containerd.events.ContainerDelete', types.ContainerDelete, { id: 'web' }),
    event: { _tag: 'ContainerDeleted', container: web, at },
  },
  {
    envelope: packed('/sandboxes/start', 'containerd.events.SandboxStart', types.SandboxStart, { sandboxId: 'pod' }),
    event: { _tag: 'SandboxStarted', sandbox: pod, at },
  },
  {
    envelope: packed('/sandboxes/exit', 'containerd.events.SandboxExit', types.SandboxExit, {
      ...types.SandboxExit.fromPartial({ sandboxId: 'pod', exitStatus: 137, exitedAt }),
    }),
    event: { _tag: 'SandboxExited', sandbox: pod, code: 137, exitedAt: exitedAtNanos, at },
  },
  {
    envelope: packed('/images/create', 'containerd.services.images.v1.ImageCreate', ImageCreate, ImageCreate.fromPartial(image)),
    event: { _tag: 'ImageChanged', image: busybox, change: 'created', at },
  },
  {
    envelope: packed('/images/update', 'containerd.services.images.v1.ImageUpdate', ImageUpdate, ImageUpdate.fromPartial(image)),
    event: { _tag: 'ImageChanged', image: busybox, change: 'updated', at },
  },
  {
    envelope: packed('/images/delete', 'containerd.services.images.v1.ImageDelete', ImageDelete, ImageDelete.fromPartial(image)),
    event: { _tag: 'ImageChanged', image: busybox, change: 'deleted', at },
  },
]

const messageOf = (envelope: Envelope): string => {
  const decoded = decodeEvent(envelope, at)
  assert.equal(decoded._tag, 'Undecodable')
  return decoded._tag === 'Undecodable' ? decoded.message : ''
}

const repacked = (envelope: Envelope, change: { readonly typeUrl?: string; readonly value?: Uint8Array }): Envelope => ({
  ...envelope,
  event: { typeUrl: envelope.event?.typeUrl ?? '', value: envelope.event?.value ?? new Uint8Array(), ...change },
})

const eventsOf = (name: string): ReadonlyArray<Envelope> =>
  readCapture(name).flatMap(({ method, bytes }) =>
    method === 'events.v1.Events/Subscribe' && bytes !== undefined ? [Envelope.decode(bytes)] : []
  )

export const cases: ReadonlyArray<Vector> = [
  ...kinds.map(({ envelope, event }): Vector => ({
    name: `decode_event: ${envelope.topic} is a ${event._tag}`,
    run: () => assert.deepEqual(decodeEvent(envelope, at), { _tag: 'Decoded', event }),
  })),
  {
    name: 'decode_event: the type url may have a prefix, as other publishers write it',
    run: () => {
      for (const { envelope, event } of kinds) {
        for (const prefix of ['type.googleapis.com/', 'a/b/', '/']) {
          const named = repacked(envelope, { typeUrl: `${prefix}${envelope.event?.typeUrl ?? ''}` })
          assert.deepEqual(decodeEvent(named, at), { _tag: 'Decoded', event })
        }
      }
    },
  },
  {
    name: 'decode_event: V46: the exit of an exec names its process',
    run: () => {
      const exec = packed('/tasks/exit', 'containerd.events.TaskExit', types.TaskExit, { ...exit, id: 'probe' })
      const decoded = decodeEvent(exec, at)
      assert.ok(decoded._tag === 'Decoded' && decoded.event._tag === 'TaskExited')
      assert.equal(decoded.event.processId, 'probe')
    },
  },
  {
    name: 'decode_event: V48: an event that names nobody is no event, whatever its kind',
    run: () => {
      const nobody = new Uint8Array()
      for (const { envelope: { namespace, topic, event } } of kinds) {
        assert.equal(
          messageOf({ timestamp: undefined, namespace, topic, event: { typeUrl: event?.typeUrl ?? '', value: nobody } }),
          `Cannot use event ${topic} in namespace ci: wanted an id, found none`,
        )
      }
    },
  },
  {
    name: 'decode_event: V68: what cannot be read is said in one line, and never thrown',
    run: () => {
      for (const { envelope } of kinds) {
        const { value = new Uint8Array() } = envelope.event ?? {}
        const line = messageOf(repacked(envelope, { value: value.slice(0, -1) }))
        assert.match(line, new RegExp(`^Cannot read event ${envelope.topic} in namespace ci: wanted a \\S+, found [^\\n]+$`))
      }
    },
  },
  {
    name: 'decode_event: V66, V69: what the machine has no use for is passed over, readable or not',
    run: () => {
      const garbage = Uint8Array.of(0xff, 0xff)
      for (
        const typeUrl of ['containerd.events.TaskPaused', 'containerd.events.TaskExecAdded', 'containerd.events.SnapshotCommit', '', 'own']
      ) assert.deepEqual(decodeEvent(repacked(anExit, { typeUrl, value: garbage }), at), { _tag: 'Irrelevant' })
      assert.deepEqual(decodeEvent({ ...anExit, event: undefined }, at), { _tag: 'Irrelevant' })
      // A kind is known by its whole name, not by how it ends.
      assert.deepEqual(decodeEvent(repacked(anExit, { typeUrl: 'my.containerd.events.TaskExit' }), at), { _tag: 'Irrelevant' })
    },
  },
  {
    name: 'decode_event: the filters let every kind through in our namespaces, and nothing else',
    run: () => {
      const filters = parseFilters(subscriptionFilters(['ci', 'edge']))
      assert.ok(filters._tag === 'Right')
      const isLetThrough = (namespace: string, topic: string): boolean => passes(filters.right, fieldsOf({ namespace, topic }))
      for (const { envelope: { topic } } of kinds) {
        assert.ok(isLetThrough('ci', topic) && isLetThrough('edge', topic), topic)
        for (const other of ['moby', 'k8s.io', 'ci2', '']) assert.ok(!isLetThrough(other, topic), `${other} ${topic}`)
      }
      for (const topic of ['/tasks/paused', '/tasks/exec-added', '/tasks/exit/x', '/snapshot/commit', '/namespaces/create']) {
        assert.ok(!isLetThrough('ci', topic), topic)
      }
    },
  },
  ...captureNames.map((name): Vector => ({
    name: `decode_event: ${name} published nothing that cannot be used, and every exit comes out as it was`,
    run: () => {
      const decoded = eventsOf(name).map((envelope) => decodeEvent(envelope, at))
      assert.deepEqual(decoded.filter(({ _tag }) => _tag === 'Undecodable'), [])
      const exits = new Map<string, Array<number>>()
      for (const one of decoded) {
        if (one._tag !== 'Decoded' || one.event._tag !== 'TaskExited') continue
        const { container, processId, code, exitedAt, pid } = one.event
        assert.ok(pid > 0 && (exitedAt ?? 0n) > 1_600_000_000_000_000_000n)
        const process = container.endsWith(`/${processId}`) ? container : `${container}/exec:${processId}`
        exits.set(process, [...(exits.get(process) ?? []), code])
      }
      for (const { namespace, id, exitCode } of readTruth(name)) {
        const [first = '', use = '1'] = id.split('#')
        if (exitCode !== undefined && namespace === 'bench') {
          assert.equal(exits.get(`${namespace}/${first}`)?.[Number(use) - 1], exitCode, `${namespace}/${id}`)
        }
      }
      assert.ok(exits.size > 5)
    },
  })),
]
