/**
 * One namespace as CRI shows it, rendered from the machine's state whenever somebody asks: a container costs itself, a pod its
 * containers, and none of it a call to containerd.
 *
 * @module
 */
import {
  type ContainerFacts,
  containerKey,
  type CriContainer,
  type CriPod,
  imageKey,
  lookup,
  millis,
  type PodFacts,
  podFactsFor,
  podState,
  renderContainer,
  renderPod,
  type Resolved,
  resolveId,
  sandboxKey,
  type State,
  toNanos,
  unknownFacts,
  withPodLabels,
} from '../../core/index.ts'
import type { Clock } from '../clock.ts'
import type { Directory } from './directory.ts'
import type { Roster } from './roster.ts'

/** A pod and all the containers in it. */
export interface PodView {
  readonly pod: CriPod
  readonly containers: ReadonlyArray<CriContainer>
}

export interface View {
  readonly container: (id: string) => CriContainer | undefined
  readonly pod: (podId: string) => PodView | undefined
  /** What a pod is called: as its record says, else as `id`, a container in it, has it. */
  readonly podFacts: (podId: string, id: string) => PodFacts
  readonly containers: () => ReadonlyArray<CriContainer>
  readonly pods: () => ReadonlyArray<CriPod>
  readonly resolveContainer: (given: string) => Resolved
  readonly resolvePod: (given: string) => Resolved
  /** Names of the images that the containers came from, and the digest where it is known. */
  readonly images: () => ReadonlyMap<string, string>
}

interface ViewParts {
  readonly namespace: string
  readonly directory: Directory
  readonly roster: Roster
  readonly state: () => State
  readonly clock: Pick<Clock, 'now'>
}

export const makeView = ({ namespace, directory, roster, state, clock }: ViewParts): View => {
  const factsOf = (id: string): ContainerFacts =>
    directory.container(containerKey(namespace, id)) ?? unknownFacts(id, toNanos(millis(clock.now())))
  const podFacts = (podId: string, id: string): PodFacts =>
    directory.pod(sandboxKey(namespace, podId)) ?? podFactsFor(podId, namespace, factsOf(id))

  /** Also of a pause container, which is no container of CRI's. */
  const rendered = (id: string): CriContainer | undefined => {
    const subject = roster.get(id)
    const container = lookup(containerKey(namespace, id), state().containers)
    if (subject === undefined || container === undefined) return undefined
    const facts = withPodLabels(factsOf(id), podFacts(subject.podId, id))
    return renderContainer(container, subject.podId, facts, subject.startedAt)
  }
  const isContainer = (id: string): boolean => roster.get(id)?.isPod === false

  const podOf = (podId: string): PodView | undefined => {
    if (!roster.hasPod(podId)) return undefined
    const members = roster.members(podId)
    const containers = members.flatMap((id) => rendered(id) ?? [])
    const sandbox = lookup(sandboxKey(namespace, podId), state().sandboxes)
    const facts = podFacts(podId, members[0] ?? podId)
    return { pod: renderPod(podId, facts, podState(sandbox, rendered(podId), containers)), containers }
  }

  return {
    container: (id) => (isContainer(id) ? rendered(id) : undefined),
    pod: podOf,
    podFacts,
    containers: () => roster.ids().flatMap((id) => (isContainer(id) ? rendered(id) ?? [] : [])),
    pods: () => roster.podIds().flatMap((id) => podOf(id)?.pod ?? []),
    resolveContainer: (given) => resolveId(given, isContainer, () => roster.ids().filter(isContainer)),
    resolvePod: (given) => resolveId(given, roster.hasPod, roster.podIds),
    images: () =>
      new Map(
        roster.ids().filter(isContainer).map((id) => factsOf(id).image).map((name) => [name, imageDigest(state(), namespace, name)]),
      ),
  }
}

const imageDigest = (state: State, namespace: string, name: string): string =>
  lookup(imageKey(namespace, name), state.images)?.digest ?? name
