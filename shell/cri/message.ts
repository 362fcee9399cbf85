/**
 * An entry as the event that goes over the wire, with the snapshot of its pod as it is now.
 *
 * @module
 */
import { Buffer } from 'node:buffer'
import { type CriContainer, renderPod } from '../../core/index.ts'
import { ContainerEventResponse, type PodSandboxStatus } from '../proto/gen/cri/runtime.ts'
import type { Entry } from './entry.ts'
import { seqField } from './seq_field.ts'
import type { PodView, View } from './view.ts'
import { eventTypes, toContainerStatus, toPodSandboxStatus } from './wire.ts'

/**
 * A whole event has the pod's status and those of all its containers. Else it has neither pod status nor the other containers, the form
 * that upstream's events have when a pod's status cannot be had: a kubelet takes nothing from such an event, instead of taking it that
 * the pod has no other containers.
 */
export const eventMessage = (entry: Entry, view: View, whole: boolean): ContainerEventResponse => {
  const pod = whole ? view.pod(entry.podId) : undefined
  return {
    containerId: entry.id,
    containerEventType: eventTypes[entry.type],
    createdAt: entry.at,
    podSandboxStatus: whole ? podStatus(entry, pod) : undefined,
    containersStatuses: (pod === undefined ? subjectAlone(entry, view) : withSubject(entry, pod.containers)).map(toContainerStatus),
  }
}

/** Of a pod that has gone, its own last event says no more than that; its containers' events still say what it was. */
const podStatus = (entry: Entry, pod: PodView | undefined): PodSandboxStatus | undefined => {
  if (pod !== undefined) return toPodSandboxStatus(pod.pod)
  return entry.id === entry.podId ? undefined : toPodSandboxStatus(renderPod(entry.podId, entry.pod, 'NOTREADY'))
}

const subjectAlone = ({ stopped, id }: Entry, view: View): ReadonlyArray<CriContainer> => {
  const subject = stopped ?? view.container(id)
  return subject === undefined ? [] : [subject]
}

/** STOPPED says how its own run ended, even when the container has been deleted or runs again. */
const withSubject = ({ stopped }: Entry, containers: ReadonlyArray<CriContainer>): ReadonlyArray<CriContainer> => {
  if (stopped === undefined) return containers
  const { end, startedAt } = stopped
  const isThere = containers.some(({ id }) => id === stopped.id)
  if (!isThere) return [...containers, stopped]
  // Of the same end, what is known now is better: a reason may have been learnt late.
  return containers.map((found) =>
    found.id === stopped.id && found.end?.at !== end?.at ? { ...found, state: 'EXITED', startedAt, end } : found
  )
}

/** The bytes of the message; `withSeq` adds the sequence number. */
export const encodeEvent = (message: ContainerEventResponse, seq: number | undefined): Buffer =>
  Buffer.from(ContainerEventResponse.encode(seq === undefined ? message : { ...message, _unknownFields: seqField(seq) }).finish())
