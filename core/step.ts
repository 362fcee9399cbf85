/**
 * The machine: look up, delegate, put back. What one container, sandbox or image does about an event stands in its own room, and what
 * containers share in `fleet.ts`.
 *
 * @module
 */
import { seqAfter } from './announcement.ts'
import { standsForSandbox } from './container/over.ts'
import type { ReaperEvent, SandboxEvent, TaskExited } from './event.ts'
import { bury, forEach, grant, inContainer, type Stepped } from './fleet.ts'
import type { ImageKey, SandboxKey } from './ids.ts'
import { containerKey, namesake, parts } from './ids.ts'
import { stepImage } from './image.ts'
import type { Policy } from './policy.ts'
import { observations } from './relist.ts'
import { stepSandbox } from './sandbox.ts'
import type { State } from './state.ts'
import { insert, lookup, remove } from './table.ts'

export type { Stepped }

/** What is true after an event, and what the shell must now do about it. */
export type Step = (event: ReaperEvent, state: State) => Stepped

/**
 * The whole machine. Pure and total: equal arguments give equal results on any runtime at any time, nothing is thrown, and what is
 * stale or about nobody changes nothing. One event costs O(log n) in the number of containers; a listing is about all of them.
 *
 * @example An exit is written down before anything is done about its task
 * ```ts
 * import assert from 'node:assert/strict'
 * import { containerKey, defaultPolicy, initial, millis, noMetadata, step } from 'containerd-reaper/core'
 *
 * const at = millis(0)
 * const web = containerKey('ci', 'web-1')
 * const react = step(defaultPolicy)
 * const [running] = react({
 *   _tag: 'Relisted', namespace: 'ci', at, sandboxes: undefined,
 *   containers: [{ id: 'web-1', metadata: noMetadata }],
 *   tasks: [{ id: 'web-1', task: { _tag: 'Running', pid: 4211 } }],
 * }, initial('boot-1'))
 *
 * const [, effects] = react({ _tag: 'TaskExited', container: web, processId: 'web-1', pid: 4211, code: 3, exitedAt: undefined, at }, running)
 * assert.deepEqual(effects.map(({ _tag }) => _tag), ['Persist'])
 * ```
 */
export const step = (policy: Policy): Step => (event, state) => grant(policy, event.at, bury(event.at, route(policy, event, state)))

const route = (policy: Policy, event: ReaperEvent, state: State): Stepped => {
  switch (event._tag) {
    case 'Relisted': {
      const { containers, sandboxes } = observations(event, state)
      const afterContainers = forEach(containers, [state, []], (seen, next) => inContainer(policy, seen, seen.container, next))
      return forEach(sandboxes, afterContainers, (seen, next) => inSandbox(policy, seen, seen.sandbox, next))
    }
    case 'PersistSettled':
    case 'TimerFired':
      switch (event.owner._tag) {
        case 'Container':
          return inContainer(policy, event, event.owner.key, state)
        case 'Sandbox':
          return inSandbox(policy, event, event.owner.key, state)
        case 'Image':
          return inImage(policy, event, event.owner.key, state)
      }
    case 'ImageChanged':
    case 'ImageSettled':
      return inImage(policy, event, event.image, state)
    case 'SandboxStarted':
    case 'SandboxExited':
    case 'SandboxWatchSettled':
      return sandboxOrPause(policy, event, state)
    case 'TaskExited':
      return taskExited(policy, event, state)
    default:
      return inContainer(policy, event, event.container, state)
  }
}

/** An exit under the id of a sandbox that has no container is the sandbox's. */
const taskExited = (policy: Policy, event: TaskExited, state: State): Stepped => {
  const sandbox = namesake(event.container)
  const isSandbox = lookup(sandbox, state.sandboxes) !== undefined && lookup(event.container, state.containers) === undefined
  if (!isSandbox || event.processId !== parts(sandbox)[1]) return inContainer(policy, event, event.container, state)
  const { code, exitedAt, at } = event
  return inSandbox(policy, { _tag: 'SandboxExited', sandbox, code, exitedAt, at }, sandbox, state)
}

/** The sandbox of a pause container is seen to through the container, so that its end is told once. */
const sandboxOrPause = (policy: Policy, event: SandboxEvent, state: State): Stepped => {
  const [namespace, id] = parts(event.sandbox)
  const container = containerKey(namespace, id)
  const pause = lookup(container, state.containers)
  if (pause === undefined || !standsForSandbox(pause)) return inSandbox(policy, event, event.sandbox, state)
  const told = event._tag === 'SandboxExited' ? event : event._tag === 'SandboxWatchSettled' ? event.outcome : undefined
  if (told === undefined || !('code' in told) || told.code === undefined) return [state, []]
  const { code, exitedAt } = told
  // No pid: it counts for the one open run of the container, and is checked against the task before anything is touched.
  const exit: TaskExited = { _tag: 'TaskExited', container, processId: id, pid: 0, code, exitedAt, at: event.at }
  return inContainer(policy, exit, container, state)
}

const inSandbox = (policy: Policy, input: SandboxInput, key: SandboxKey, state: State): Stepped => {
  const before = lookup(key, state.sandboxes)
  const [after, effects] = stepSandbox({ policy, seq: state.nextSeq }, input, key, before)
  if (after === before) return [state, effects]
  const nextSeq = seqAfter(state.nextSeq, effects)
  if (after === undefined) {
    const lastForgotten = Math.max(state.lastForgotten, before?.generation ?? 0)
    return [{ ...state, nextSeq, lastForgotten, sandboxes: remove(key, state.sandboxes) }, effects]
  }
  const known = before === undefined ? { ...after, generation: state.lastForgotten + 1 } : after
  return [{ ...state, nextSeq, sandboxes: insert(key, known, state.sandboxes) }, effects]
}

type ImageInput = Parameters<typeof stepImage>[1]
type SandboxInput = Parameters<typeof stepSandbox>[1]

const inImage = (policy: Policy, input: ImageInput, key: ImageKey, state: State): Stepped => {
  const before = lookup(key, state.images)
  const [after, effects] = stepImage(policy, input, key, before)
  if (after === before) return [state, effects]
  return [{ ...state, images: after === undefined ? remove(key, state.images) : insert(key, after, state.images) }, effects]
}
