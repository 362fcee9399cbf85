/**
 * What the records say of each container and pod, gathered from the answers that the reaper gets anyway: it asks containerd nothing
 * of its own. Beside the machine's state and not in it, because the machine has no use for names and labels, and no row needs them.
 *
 * @module
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import {
  type ContainerFacts,
  type ContainerKey,
  containerKey,
  millis,
  type PodFacts,
  type SandboxKey,
  sandboxKey,
  toNanos,
} from '../../core/index.ts'
import type { Clock } from '../clock.ts'
import type { Containerd } from '../containerd/client.ts'
import type { Container } from '../proto/gen/containerd/containers.ts'
import type { Sandbox } from '../proto/gen/containerd/types.ts'
import { containerFactsOf, plainPodFacts, podFactsOf } from './facts.ts'

export interface Directory {
  /** The same containerd, overheard. */
  readonly overhear: (containerd: Containerd) => Containerd
  readonly container: (key: ContainerKey) => ContainerFacts | undefined
  readonly pod: (key: SandboxKey) => PodFacts | undefined
  readonly forget: (namespace: string, id: string) => void
  /** Entries that are kept, for those who watch memory. */
  readonly size: () => number
}

export const makeDirectory = (clock: Pick<Clock, 'now'>): Directory => {
  const containers = new Map<ContainerKey, ContainerFacts>()
  const pods = new Map<SandboxKey, PodFacts>()

  const noteContainer = (namespace: string, record: Container): void => {
    const at = toNanos(millis(clock.now()))
    containers.set(containerKey(namespace, record.id), containerFactsOf(record, at))
    const pod = podFactsOf(record, at)
    if (pod !== undefined) pods.set(sandboxKey(namespace, record.id), pod)
  }
  const noteSandbox = (namespace: string, record: Sandbox): void => {
    const at = toNanos(millis(clock.now()))
    pods.set(sandboxKey(namespace, record.sandboxId), podFactsOf(record, at) ?? plainPodFacts(record, namespace, at))
  }

  return {
    overhear: (containerd) => ({
      ...containerd,
      containerGet: (namespace, id) =>
        pipe(containerd.containerGet(namespace, id), RTE.map(tell((found) => noteContainer(namespace, found)))),
      containerList: (namespace, filters) =>
        pipe(
          containerd.containerList(namespace, filters),
          RTE.map(tell((found) => found.forEach((record) => noteContainer(namespace, record)))),
        ),
      sandboxList: (namespace) =>
        pipe(containerd.sandboxList(namespace), RTE.map(tell((found) => found.forEach((record) => noteSandbox(namespace, record))))),
    }),
    container: (key) => containers.get(key),
    pod: (key) => pods.get(key),
    forget: (namespace, id) => {
      containers.delete(containerKey(namespace, id))
      pods.delete(sandboxKey(namespace, id))
    },
    size: () => containers.size + pods.size,
  }
}

const tell = <A>(note: (found: A) => void) => (found: A): A => {
  note(found)
  return found
}
