/**
 * What containerd's records say that CRI shows: names, labels, annotations, image, time of creation. Of CRI's own containers the
 * CRI plugin's metadata counts, of others what the record has.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  type ContainerFacts,
  containerMetadataKey,
  decodeContainerMetadata,
  decodeSandboxMetadata,
  type Nanos,
  noImage,
  type PodFacts,
  type SandboxMetadata,
  sandboxMetadataKey,
} from '../../core/index.ts'
import { toNanoseconds } from '../containerd/time.ts'
import type { Container } from '../proto/gen/containerd/containers.ts'
import type { Sandbox } from '../proto/gen/containerd/types.ts'
import type { Any } from '../proto/gen/google/protobuf/any.ts'

/** The record's time, which clients want to be there; `seenAt` where containerd has none. */
const createdOf = (record: Container | Sandbox, seenAt: Nanos): Nanos => toNanoseconds(record.createdAt) ?? seenAt

export const containerFactsOf = (record: Container, seenAt: Nanos): ContainerFacts => {
  const metadata = read(record.extensions, containerMetadataKey, decodeContainerMetadata)
  return {
    name: metadata === undefined || metadata.configName === '' ? record.id : metadata.configName,
    attempt: metadata?.attempt ?? 0,
    labels: metadata?.labels ?? record.labels,
    annotations: metadata?.annotations ?? new Map(),
    image: firstOf(record.image, metadata?.imageRef, noImage),
    logPath: metadata?.logPath ?? '',
    createdAt: createdOf(record, seenAt),
  }
}

/** What a pause container, or a sandbox of the sandbox store, says of its pod. undefined: it is none of CRI's. */
export const podFactsOf = (record: Container | Sandbox, seenAt: Nanos): PodFacts | undefined => {
  const metadata = read(record.extensions, sandboxMetadataKey, decodeSandboxMetadata)
  return metadata === undefined ? undefined : podFacts(metadata, createdOf(record, seenAt))
}

/** A sandbox that is not CRI's is a pod all the same, called by its id. */
export const plainPodFacts = ({ sandboxId, labels, createdAt }: Sandbox, namespace: string, seenAt: Nanos): PodFacts => ({
  name: sandboxId,
  namespace,
  uid: sandboxId,
  attempt: 0,
  labels,
  annotations: new Map(),
  runtimeHandler: '',
  createdAt: toNanoseconds(createdAt) ?? seenAt,
})

const podFacts = (metadata: SandboxMetadata, createdAt: Nanos): PodFacts => {
  const { id, podName, podNamespace, podUid, attempt, labels, annotations, runtimeHandler } = metadata
  return {
    name: firstOf(podName, id),
    namespace: podNamespace,
    uid: firstOf(podUid, id),
    attempt,
    labels,
    annotations,
    runtimeHandler,
    createdAt,
  }
}

const read = <A>(
  extensions: ReadonlyMap<string, Any>,
  key: string,
  decode: (json: string) => E.Either<unknown, A>,
): A | undefined => {
  const extension = extensions.get(key)
  if (extension === undefined) return undefined
  const metadata = decode(new TextDecoder().decode(extension.value))
  return E.isRight(metadata) ? metadata.right : undefined
}

const firstOf = (...names: ReadonlyArray<string | undefined>): string => names.find((name) => name !== undefined && name !== '') ?? ''
