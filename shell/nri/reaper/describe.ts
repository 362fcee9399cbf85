/**
 * containerd's records, and what the machine knows of an exit, as NRI's containers and pods. Knows no connection.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  containerMetadataKey,
  decodeContainerMetadata,
  decodeSandboxMetadata,
  type Exit,
  sandboxMetadataKey,
  shownReason,
} from '../../../core/index.ts'
import { toNanoseconds } from '../../containerd/time.ts'
import type { Container as ContainerRecord } from '../../proto/gen/containerd/containers.ts'
import type { Sandbox as SandboxRecord } from '../../proto/gen/containerd/types.ts'
import type { Any } from '../../proto/gen/google/protobuf/any.ts'
import { Container, ContainerState, PodSandbox } from '../../proto/gen/nri/api.ts'
import { fromSpec } from './spec.ts'

const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/**
 * The pod of a container that has none: plugins expect one, and look into it. It has the container's own id.
 */
export const loneOf = (namespace: string, id: string): PodSandbox => PodSandbox.fromPartial({ id, name: id, namespace })

/** A pod of which nothing but its id can be had. */
export const unknownPod = (id: string): PodSandbox => PodSandbox.fromPartial({ id })

type PodRecord = Pick<ContainerRecord, 'labels' | 'extensions'>

/** A pod, from its pause container's record or from containerd's sandbox store. */
export const podOf = (namespace: string, id: string, { labels, extensions }: PodRecord): PodSandbox => {
  const metadata = metadataIn(extensions)
  if (metadata === undefined) {
    return PodSandbox.fromPartial({
      id,
      name: labels.get('io.kubernetes.pod.name') ?? id,
      uid: labels.get('io.kubernetes.pod.uid') ?? '',
      namespace: labels.get('io.kubernetes.pod.namespace') ?? namespace,
      labels,
    })
  }
  const { podName, podUid, podNamespace, runtimeHandler } = metadata
  return {
    ...PodSandbox.fromPartial({ id, name: podName, uid: podUid, namespace: podNamespace, runtimeHandler }),
    labels: new Map(metadata.labels),
    annotations: new Map(metadata.annotations),
  }
}

export const podOfStore = (namespace: string, { sandboxId, labels, extensions }: SandboxRecord): PodSandbox =>
  podOf(namespace, sandboxId, { labels, extensions })

const metadataIn = (extensions: ReadonlyMap<string, Any>) => {
  const found = extensions.get(sandboxMetadataKey)
  if (found === undefined) return undefined
  const metadata = decodeSandboxMetadata(decodeText(found.value))
  return E.isRight(metadata) ? metadata.right : undefined
}

/** Where a container stands. */
export type Standing =
  | { readonly _tag: 'Created' }
  | { readonly _tag: 'Running' | 'Paused'; readonly pid: number }
  | { readonly _tag: 'Stopped'; readonly exit: Exit; readonly oomKilled: boolean }
  | { readonly _tag: 'Unknown' }

const states: Readonly<Record<Standing['_tag'], ContainerState>> = {
  Created: ContainerState.CONTAINER_CREATED,
  Running: ContainerState.CONTAINER_RUNNING,
  Paused: ContainerState.CONTAINER_PAUSED,
  Stopped: ContainerState.CONTAINER_STOPPED,
  Unknown: ContainerState.CONTAINER_UNKNOWN,
}

/** A container, from its record. `podId`: what its pod is called to plugins. */
export const containerOf = (record: ContainerRecord, podId: string, standing: Standing): Container =>
  standingAs(standing, {
    ...Container.fromPartial({ id: record.id, podSandboxId: podId, name: nameOf(record) }),
    labels: record.labels,
    ...fromSpec(record.spec === undefined ? '' : decodeText(record.spec.value)),
    createdAt: within64(toNanoseconds(record.createdAt) ?? 0n),
    image: { ...emptyImage, name: record.image },
  })

/** A container of which nothing but its name can be had. */
export const unknownContainer = (id: string, podId: string, standing: Standing): Container =>
  standingAs(standing, Container.fromPartial({ id, podSandboxId: podId, name: id }))

/** The container where it stands now. */
export const standingAs = (standing: Standing, container: Container): Container => {
  const { pid } = { pid: 0, ...standing }
  const placed = { ...container, state: states[standing._tag], pid }
  if (standing._tag !== 'Stopped') return placed
  const { exit, oomKilled } = standing
  return { ...placed, exitCode: exit.code | 0, finishedAt: within64(exit.at), statusReason: shownReason(exit, oomKilled) }
}

/** A time that the field cannot hold (after 2262) is none. */
const within64 = (at: bigint): bigint => (BigInt.asIntN(64, at) === at ? at : 0n)

const emptyImage = { name: '', digest: '', configDigest: '', _unknownFields: {} }

const nameOf = ({ id, labels, extensions }: ContainerRecord): string => {
  const found = extensions.get(containerMetadataKey)
  const metadata = found === undefined ? undefined : decodeContainerMetadata(decodeText(found.value))
  const name = metadata !== undefined && E.isRight(metadata) ? metadata.right.configName : ''
  return name !== '' ? name : labels.get('io.kubernetes.container.name') ?? id
}
