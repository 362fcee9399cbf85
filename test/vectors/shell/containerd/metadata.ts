/** What is read off a container's record: its sandbox, whether it is a pause container, and its pid namespace. */
import assert from 'node:assert/strict'
import { metadataOf } from '../../../../shell/containerd/metadata.ts'
import { Container } from '../../../../shell/proto/gen/containerd/containers.ts'
import type { Any } from '../../../../shell/proto/gen/google/protobuf/any.ts'
import type { Vector } from '../../../support/property.ts'

const key = 'io.cri-containerd.container.metadata'
const json = (value: unknown): Any => ({ typeUrl: 'some/Type', value: new TextEncoder().encode(JSON.stringify(value)) })
const criOf = (sandboxId: string): Any =>
  json({ Version: 'v1', Metadata: { ID: 'web', Name: 'web_pod_ns_uid_0', SandboxID: sandboxId, LogPath: '', Config: {} } })
const record = (fields: Partial<Container> = {}): Container => Container.fromPartial({ id: 'web', ...fields })
const lone = { sandboxId: undefined, kind: 'container', ownPidNamespace: false }

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'metadata: a record that says nothing is a lone container that may leave processes behind',
    run: () => assert.deepEqual(metadataOf(record()), lone),
  },
  {
    name: 'metadata: the sandbox comes from the record, else from the CRI extension',
    run: () => {
      assert.deepEqual(metadataOf(record({ sandbox: 'pod-1' })), { ...lone, sandboxId: 'pod-1' })
      assert.deepEqual(metadataOf(record({ extensions: new Map([[key, criOf('pod-2')]]) })), { ...lone, sandboxId: 'pod-2' })
      const both = record({ sandbox: 'pod-1', extensions: new Map([[key, criOf('pod-2')]]) })
      assert.equal(metadataOf(both).sandboxId, 'pod-1')
      assert.equal(metadataOf(record({ extensions: new Map([['somebody.else', criOf('pod-3')]]) })).sandboxId, undefined)
    },
  },
  {
    name: 'metadata: V100: CRI metadata that cannot be read leaves a lone container, and throws nothing',
    run: () => {
      const bytes = [
        new Uint8Array(),
        Uint8Array.of(0xff, 0xfe),
        new TextEncoder().encode('{"Version":'),
        json({ Version: 'v2' }).value,
        json(null).value,
      ]
      for (const value of bytes) {
        assert.deepEqual(metadataOf(record({ extensions: new Map([[key, { typeUrl: '', value }]]) })), lone)
      }
    },
  },
  {
    name: 'metadata: only the label of kind `sandbox` makes a pause container',
    run: () => {
      const kindOf = (kind: string): string => metadataOf(record({ labels: new Map([['io.cri-containerd.kind', kind]]) })).kind
      assert.equal(kindOf('sandbox'), 'sandbox')
      for (const kind of ['container', 'Sandbox', '']) assert.equal(kindOf(kind), 'container')
    },
  },
  {
    name: 'metadata: a pid namespace of its own is read off the spec, and an unreadable spec has none',
    run: () => {
      const own = json({ linux: { namespaces: [{ type: 'pid' }] } })
      const shared = json({ linux: { namespaces: [{ type: 'pid', path: '/proc/1/ns/pid' }] } })
      assert.equal(metadataOf(record({ spec: own })).ownPidNamespace, true)
      assert.equal(metadataOf(record({ spec: shared })).ownPidNamespace, false)
      for (const spec of [json({}), { typeUrl: '', value: Uint8Array.of(0xff) }]) {
        assert.equal(metadataOf(record({ spec })).ownPidNamespace, false)
      }
    },
  },
]
