/**
 * What the machine needs to know of a container's record, whoever read it.
 *
 * @module
 */

export interface Metadata {
  /** Id of the sandbox (pod) the container belongs to: the record's `sandbox` field, or what the CRI labels say. */
  readonly sandboxId: string | undefined
  /** `sandbox`: this is the pause container whose exit is the exit of its sandbox. */
  readonly kind: 'container' | 'sandbox'
  /** The spec gives the container a pid namespace of its own, so that init's death leaves no process behind. */
  readonly ownPidNamespace: boolean
}

/** Of a container that nobody can describe any more: a lone one, that may have left processes behind. */
export const noMetadata: Metadata = { sandboxId: undefined, kind: 'container', ownPidNamespace: false }
