/**
 * What the machine needs to know of a container's record: where its sandbox stands, whether it is a pause container, and whether
 * init's death can leave processes behind.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { containerMetadataKey, decodeContainerMetadata, hasOwnPidNamespace, type Metadata } from '../../core/index.ts'
import type { Container } from '../proto/gen/containerd/containers.ts'

/** The label by which CRI's containers say what they are. */
const kindLabel = 'io.cri-containerd.kind'

/** CRI metadata that cannot be read makes the container a lone one; it is looked after all the same. */
export const metadataOf = ({ labels, sandbox, spec, extensions }: Container): Metadata => ({
  sandboxId: sandbox !== '' ? sandbox : sandboxInExtension(extensions.get(containerMetadataKey)?.value),
  kind: labels.get(kindLabel) === 'sandbox' ? 'sandbox' : 'container',
  ownPidNamespace: spec !== undefined && hasOwnPidNamespace(text(spec.value)),
})

const sandboxInExtension = (value: Uint8Array | undefined): string | undefined => {
  if (value === undefined) return undefined
  const metadata = decodeContainerMetadata(text(value))
  return E.isRight(metadata) ? metadata.right.sandboxId : undefined
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
