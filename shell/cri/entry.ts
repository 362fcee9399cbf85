/**
 * One event on its way to listeners: who and what, and as much of its subject as must outlive it. The snapshot of the pod that goes
 * with it is made when it is sent, so that what waits for a slow listener is small.
 *
 * @module
 */
import type { CriContainer, CriEventType, Nanos, PodFacts } from '../../core/index.ts'

export interface Entry {
  readonly type: CriEventType
  /** Never goes back within a pod, and is the same in every repeat. */
  readonly at: Nanos
  readonly id: string
  readonly podId: string
  /** What the pod was called, should it be gone by the time this is sent. */
  readonly pod: PodFacts
  /** With STOPPED: the container as it was announced, whatever became of it since. */
  readonly stopped: CriContainer | undefined
  /** Of the announcement, with STOPPED. */
  readonly seq: number | undefined
  /** Whether the snapshot of the whole pod goes with it; else a later event of the pod, close behind it, brings a newer one. */
  readonly full: boolean
}
