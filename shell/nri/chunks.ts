/**
 * A synchronisation in as many messages as it needs: one message holds 4 MiB at most, and a node may have more than that to tell.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Container, PodSandbox } from '../proto/gen/nri/api.ts'
import { Container as ContainerType, PodSandbox as PodType } from '../proto/gen/nri/api.ts'
import { encodeMessage } from '../ttrpc/codec.ts'
import { longestMessage } from '../ttrpc/frame.ts'
import type { NriSnapshot } from './world.ts'

/** What the request around the objects may take: names, lengths, the flag. */
const around = 1_024
/** Tag and length in front of each object. */
const perObject = 6

export interface Chunks {
  /** In order; all but the last are followed by more. At least one. */
  readonly chunks: ReadonlyArray<NriSnapshot>
  /** Ids of what no message can hold. */
  readonly leftOut: ReadonlyArray<string>
}

type Item = { readonly pod: PodSandbox } | { readonly container: Container }

/** Pods first, so that a plugin knows a container's pod before the container. `most`: bytes a message may hold. */
export const chunked = ({ pods, containers }: NriSnapshot, most: number = longestMessage): Chunks => {
  const items: ReadonlyArray<Item> = [...pods.map((pod) => ({ pod })), ...containers.map((container) => ({ container }))]
  const chunks: Array<{ readonly pods: Array<PodSandbox>; readonly containers: Array<Container> }> = [{ pods: [], containers: [] }]
  const leftOut: Array<string> = []
  let bytes = 0
  for (const item of items) {
    const encoded = 'pod' in item ? encodeMessage(PodType, item.pod) : encodeMessage(ContainerType, item.container)
    const size = perObject + (E.isRight(encoded) ? encoded.right.length : Infinity)
    if (size > most - around) {
      leftOut.push('pod' in item ? item.pod.id : item.container.id)
      continue
    }
    if (bytes + size > most - around) {
      chunks.push({ pods: [], containers: [] })
      bytes = 0
    }
    bytes += size
    const last = chunks.at(-1)
    if ('pod' in item) last?.pods.push(item.pod)
    else last?.containers.push(item.container)
  }
  return { chunks, leftOut }
}
