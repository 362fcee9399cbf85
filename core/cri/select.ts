/**
 * Which of many a request means: ids by their beginnings, and filters all of which have to hold.
 *
 * @module
 */
import type { CriContainer, CriContainerState, CriPod, CriPodState } from './types.ts'

export type Resolved =
  | { readonly _tag: 'Found'; readonly id: string }
  | { readonly _tag: 'Unknown' }
  | { readonly _tag: 'Ambiguous' }

/**
 * The id that is meant: people paste the 13 characters that crictl prints. A whole id always means itself; costs O(n) only for what
 * is none.
 */
export const resolveId = (given: string, has: (id: string) => boolean, ids: () => Iterable<string>): Resolved => {
  if (has(given)) return { _tag: 'Found', id: given }
  if (given === '') return { _tag: 'Unknown' }
  let found: string | undefined
  for (const id of ids()) {
    if (!id.startsWith(given)) continue
    if (found !== undefined) return { _tag: 'Ambiguous' }
    found = id
  }
  return found === undefined ? { _tag: 'Unknown' } : { _tag: 'Found', id: found }
}

export interface ContainerQuery {
  readonly state: CriContainerState | 'UNKNOWN' | undefined
  readonly labels: ReadonlyMap<string, string>
}

export interface PodQuery {
  readonly state: CriPodState | undefined
  readonly labels: ReadonlyMap<string, string>
}

const hasLabels = (labels: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): boolean =>
  [...wanted].every(([key, value]) => labels.get(key) === value)

export const isWantedContainer = ({ state, labels }: ContainerQuery) => (container: CriContainer): boolean =>
  (state === undefined || container.state === state) && hasLabels(container.facts.labels, labels)

export const isWantedPod = ({ state, labels }: PodQuery) => (pod: CriPod): boolean =>
  (state === undefined || pod.state === state) && hasLabels(pod.facts.labels, labels)
