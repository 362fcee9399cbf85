/**
 * NRI's events: their numbers, their bits in a plugin's mask, and the calls that carry them. Pure; knows no connection.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { type Container, Event, type PodSandbox } from '../proto/gen/nri/api.ts'

export const pluginService = 'nri.pkg.api.v1alpha1.Plugin'
export const runtimeService = 'nri.pkg.api.v1alpha1.Runtime'

/** Events that a host sends and that only tell: a plugin cannot say no to them. Those of the stop may answer with updates. */
export type NriEventName =
  | 'RunPodSandbox'
  | 'StopPodSandbox'
  | 'RemovePodSandbox'
  | 'PostCreateContainer'
  | 'StartContainer'
  | 'PostStartContainer'
  | 'PostUpdateContainer'
  | 'StopContainer'
  | 'RemoveContainer'
  | 'PostUpdatePodSandbox'

/** Something that happened to a pod or, if there is one, to a container in it. */
export interface NriEvent {
  readonly name: NriEventName
  readonly pod: PodSandbox
  readonly container?: Container
}

/** The number of each, which is also its `StateChange`. The name is that of the call. */
export const eventNumber: Readonly<Record<NriEventName, Event>> = {
  RunPodSandbox: Event.RUN_POD_SANDBOX,
  StopPodSandbox: Event.STOP_POD_SANDBOX,
  RemovePodSandbox: Event.REMOVE_POD_SANDBOX,
  PostCreateContainer: Event.POST_CREATE_CONTAINER,
  StartContainer: Event.START_CONTAINER,
  PostStartContainer: Event.POST_START_CONTAINER,
  PostUpdateContainer: Event.POST_UPDATE_CONTAINER,
  StopContainer: Event.STOP_CONTAINER,
  RemoveContainer: Event.REMOVE_CONTAINER,
  PostUpdatePodSandbox: Event.POST_UPDATE_POD_SANDBOX,
}

/**
 * Whether a plugin that does not know the call is told by `StateChange` instead. Only the stop of a container has had a call of its own
 * from the first version on.
 */
export const hasStateChange = (name: NriEventName): boolean => name !== 'StopContainer'

/** Every event there is, as a mask. */
export const allEvents: number = (1 << Event.VALIDATE_CONTAINER_ADJUSTMENT) - 1

/** The mask of these events, as a plugin gives it. */
export const maskOf = (names: ReadonlyArray<NriEventName>): number => names.reduce((mask, name) => mask | (1 << (eventNumber[name] - 1)), 0)

/**
 * What the mask of a plugin asks for. None at all asks for everything; a bit that no event has is refused, as the plugin would wait
 * for something that never comes.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { maskOf, readMask } from 'containerd-reaper/nri'
 *
 * assert.equal(maskOf(['StopContainer', 'RemoveContainer']), 0x600)
 * assert.equal(readMask(0)._tag, 'Right')
 * assert.equal(readMask(0x4000)._tag, 'Left')
 * ```
 */
export const readMask = (mask: number): E.Either<string, number> => {
  if (mask === 0) return E.right(allEvents)
  if (mask > 0 && (mask & ~allEvents) === 0) return E.right(mask)
  return E.left(`wanted bits of 0x${allEvents.toString(16)}, found 0x${(mask >>> 0).toString(16)}`)
}

export const wants = (mask: number, name: NriEventName): boolean => (mask & maskOf([name])) !== 0
