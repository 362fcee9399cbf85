/**
 * What a host needs of the runtime it speaks for: what there is, and somebody who changes resources. Types only.
 *
 * @module
 */
import type * as T from 'fp-ts/lib/Task.js'
import type { Container, ContainerUpdate, PodSandbox } from '../proto/gen/nri/api.ts'

export type { Container, ContainerUpdate, PodSandbox }

/** All pods and containers, as they are now. */
export interface NriSnapshot {
  readonly pods: ReadonlyArray<PodSandbox>
  readonly containers: ReadonlyArray<Container>
}

/** An update that was not applied, and why. */
export interface FailedUpdate {
  readonly update: ContainerUpdate
  readonly reason: string
}

/** Neither may reject. */
export interface NriWorld {
  /** Read anew for each plugin that registers, while what happens meanwhile waits. */
  readonly synchronize: T.Task<NriSnapshot>
  /** Applies what a plugin asks for, in this order; gives what could not be done. */
  readonly update: (updates: ReadonlyArray<ContainerUpdate>) => T.Task<ReadonlyArray<FailedUpdate>>
}
