/**
 * Who is in which pod of one namespace, and what has been told of each: the index that makes an event cost its pod and not the host.
 * Knows nothing of containerd, and decides nothing.
 *
 * @module
 */
import type { Lifeline, Nanos } from '../../core/index.ts'

/** A container or a sandbox of which something has been told, or will be. */
export interface Subject {
  readonly id: string
  readonly podId: string
  /** It is the pod itself: its pause container, or its entry in the sandbox store. */
  readonly isPod: boolean
  readonly line: Lifeline | undefined
  readonly startedAt: Nanos | undefined
}

export interface Roster {
  readonly get: (id: string) => Subject | undefined
  readonly put: (subject: Subject) => void
  readonly remove: (id: string) => void
  readonly ids: () => ReadonlyArray<string>
  /** Ids of the containers of a pod, the pause container left out, in the order in which they were met. */
  readonly members: (podId: string) => ReadonlyArray<string>
  readonly podSize: (podId: string) => number
  readonly hasPod: (podId: string) => boolean
  readonly podIds: () => ReadonlyArray<string>
}

interface Pod {
  readonly members: Set<string>
  isThere: boolean
}

export const makeRoster = (): Roster => {
  const subjects = new Map<string, Subject>()
  const pods = new Map<string, Pod>()

  const leave = ({ id, podId, isPod }: Subject): void => {
    const pod = pods.get(podId)
    if (pod === undefined) return
    if (isPod) pod.isThere = false
    else pod.members.delete(id)
    if (!pod.isThere && pod.members.size === 0) pods.delete(podId)
  }
  const join = ({ id, podId, isPod }: Subject): void => {
    const pod = pods.get(podId) ?? { members: new Set(), isThere: false }
    pods.set(podId, pod)
    if (isPod) pod.isThere = true
    else pod.members.add(id)
  }

  return {
    get: (id) => subjects.get(id),
    put: (subject) => {
      const before = subjects.get(subject.id)
      subjects.set(subject.id, subject)
      if (before !== undefined && before.podId === subject.podId && before.isPod === subject.isPod) return
      join(subject)
      if (before !== undefined) leave(before)
    },
    remove: (id) => {
      const subject = subjects.get(id)
      if (subject === undefined) return
      subjects.delete(id)
      leave(subject)
    },
    ids: () => [...subjects.keys()],
    members: (podId) => [...pods.get(podId)?.members ?? []],
    podSize: (podId) => pods.get(podId)?.members.size ?? 0,
    hasPod: (podId) => pods.has(podId),
    podIds: () => [...pods.keys()],
  }
}
