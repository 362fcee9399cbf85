/**
 * Containers and pods as CRI shows them, in plain data. How they are written on a wire is the shell's business.
 *
 * @module
 */
import type { Nanos } from '../ids.ts'
import type { ShownReason } from '../record.ts'

type Words = ReadonlyMap<string, string>

/** What a container's record says that the machine has no use for, but CRI shows. */
export interface ContainerFacts {
  /** Its name within its pod; the id where nobody named it. */
  readonly name: string
  /** How often it was started before under that name. */
  readonly attempt: number
  readonly labels: Words
  readonly annotations: Words
  readonly image: string
  readonly logPath: string
  readonly createdAt: Nanos
}

/** The same of a pod. */
export interface PodFacts {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly attempt: number
  readonly labels: Words
  readonly annotations: Words
  /** Empty for the default one. */
  readonly runtimeHandler: string
  readonly createdAt: Nanos
}

export type CriContainerState = 'CREATED' | 'RUNNING' | 'EXITED'
export type CriPodState = 'READY' | 'NOTREADY'

export interface CriContainer {
  readonly id: string
  readonly podId: string
  readonly facts: ContainerFacts
  readonly state: CriContainerState
  /** undefined while it is CREATED. */
  readonly startedAt: Nanos | undefined
  /** How it ended; undefined unless it is EXITED. */
  readonly end: CriEnd | undefined
}

export interface CriEnd {
  readonly at: Nanos
  readonly code: number
  readonly reason: ShownReason
}

export interface CriPod {
  readonly id: string
  readonly facts: PodFacts
  readonly state: CriPodState
}

/** CRI's four events, in the order in which a container has them. */
export type CriEventType = 'CREATED' | 'STARTED' | 'STOPPED' | 'DELETED'
