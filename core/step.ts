/**
 * The machine: look up, delegate, put back. What one container, sandbox or image does about an event stands in its own room; here
 * stands only what they share: the slots, the sequence of announcements, and the graves of deleted containers.
 *
 * @module
 */
import { seqAfter } from './announcement.ts'
import type { ContainerInput } from './container/step.ts'
import { stepContainer } from './container/step.ts'
import { holdsSlot, wantsSlot } from './container/phase.ts'
import type { Effect } from './effect.ts'
import type { ReaperEvent, SandboxEvent, TaskExited } from './event.ts'
import type { ContainerKey, ImageKey, Millis, SandboxKey } from './ids.ts'
import { containerKey, parts, plus, sandboxKey } from './ids.ts'
import { stepImage } from './image.ts'
import type { Policy } from './policy.ts'
import { first, push, rest } from './queue.ts'
import { observations } from './relist.ts'
import { stepSandbox } from './sandbox.ts'
import { dequeue, enqueue } from './slots.ts'
import type { Container, State } from './state.ts'
import { insert, lookup, remove } from './table.ts'

/** What is true after an event, and what the shell must now do about it. */
export type Step = (event: ReaperEvent, state: State) => Stepped

/** The next state, and the effects in the order in which they are to be started. */
export type Stepped = readonly [State, ReadonlyArray<Effect>]

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
      const afterContainers = containers.reduce(
        (stepped, seen) => then(stepped, (next) => inContainer(policy, seen, seen.container, next)),
        [state, []] as Stepped,
      )
      return sandboxes.reduce((stepped, seen) => then(stepped, (next) => inSandbox(policy, seen, seen.sandbox, next)), afterContainers)
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
  const [namespace, id] = parts(event.container)
  const sandbox = sandboxKey(namespace, id)
  const isSandbox = lookup(event.container, state.containers) === undefined && lookup(sandbox, state.sandboxes) !== undefined
  if (!isSandbox || event.processId !== id) return inContainer(policy, event, event.container, state)
  const { code, exitedAt, at } = event
  return inSandbox(policy, { _tag: 'SandboxExited', sandbox, code, exitedAt, at }, sandbox, state)
}

/** The sandbox of a pause container is seen to through the container, so that its end is told once. */
const sandboxOrPause = (policy: Policy, event: SandboxEvent, state: State): Stepped => {
  const [namespace, id] = parts(event.sandbox)
  const container = containerKey(namespace, id)
  const pause = lookup(container, state.containers)
  if (pause === undefined || !isPause(pause)) return inSandbox(policy, event, event.sandbox, state)
  const told = event._tag === 'SandboxExited' ? event : event._tag === 'SandboxWatchSettled' ? event.outcome : undefined
  if (told === undefined || !('code' in told) || told.code === undefined) return [state, []]
  const { code, exitedAt } = told
  // No pid: it counts for the one open run of the container, and is checked against the task before anything is touched.
  const exit: TaskExited = { _tag: 'TaskExited', container, processId: id, pid: 0, code, exitedAt, at: event.at }
  return inContainer(policy, exit, container, state)
}

const isPause = ({ lookup: known }: Container): boolean =>
  (known._tag === 'Known' || known._tag === 'Deleted') && known.metadata.kind === 'sandbox'

const inContainer = (policy: Policy, input: ContainerInput, key: ContainerKey, state: State): Stepped => {
  const before = lookup(key, state.containers)
  const [namespace, id] = parts(key)
  const sandbox = lookup(sandboxKey(namespace, id), state.sandboxes)
  const sandboxAnnounced = sandbox !== undefined && sandbox.phase._tag !== 'Ready'
  const [after, effects] = stepContainer({ policy, seq: state.nextSeq, sandboxAnnounced }, input, key, before)
  if (after === before) return [state, effects]
  const inFlight = state.slots.inFlight + count(after, holdsSlot) - count(before, holdsSlot)
  const slots = { ...state.slots, inFlight }
  const next: State = {
    ...state,
    nextSeq: seqAfter(state.nextSeq, effects),
    containers: after === undefined ? remove(key, state.containers) : insert(key, after, state.containers),
    slots: count(after, wantsSlot) > count(before, wantsSlot) ? enqueue(key, slots) : slots,
    graves: isGone(after) && !isGone(before) ? push({ key, until: plus(input.at, policy.rememberMs) }, state.graves) : state.graves,
  }
  return [next, effects]
}

type Runs = Container['runs'][number]['phase']

const count = (container: Container | undefined, is: (phase: Runs) => boolean): number =>
  container === undefined ? 0 : container.runs.reduce((total, { phase }) => (is(phase) ? total + 1 : total), 0)

/** The record is deleted and nothing is open: kept a while, to know late repeats by. */
const isGone = (container: Container | undefined): boolean =>
  container !== undefined && container.lookup._tag === 'Deleted' && container.runs.every(({ phase }) => phase._tag === 'Exited')

const inSandbox = (policy: Policy, input: SandboxInput, key: SandboxKey, state: State): Stepped => {
  const before = lookup(key, state.sandboxes)
  const [after, effects] = stepSandbox({ policy, seq: state.nextSeq }, input, key, before)
  if (after === before) return [state, effects]
  const sandboxes = after === undefined ? remove(key, state.sandboxes) : insert(key, after, state.sandboxes)
  return [{ ...state, nextSeq: seqAfter(state.nextSeq, effects), sandboxes }, effects]
}

type ImageInput = Parameters<typeof stepImage>[1]
type SandboxInput = Parameters<typeof stepSandbox>[1]

const inImage = (policy: Policy, input: ImageInput, key: ImageKey, state: State): Stepped => {
  const before = lookup(key, state.images)
  const [after, effects] = stepImage(policy, input, key, before)
  if (after === before) return [state, effects]
  return [{ ...state, images: after === undefined ? remove(key, state.images) : insert(key, after, state.images) }, effects]
}

/** Gives free slots to those that wait. Whoever no longer wants one when its turn comes is passed over. */
const grant = (policy: Policy, at: Millis, start: Stepped): Stepped => {
  let [state, effects] = start
  while (state.slots.inFlight < policy.maxHandlings) {
    const next = dequeue(state.slots)
    if (next === undefined) break
    const [key, slots] = next
    ;[state, effects] = then([{ ...state, slots }, effects], (freed) => inContainer(policy, { _tag: 'SlotGranted', at }, key, freed))
  }
  return [state, effects]
}

/** Forgets the deleted containers whose time has come; those that are in use again are kept. Graves are in the order of their times. */
const bury = (at: Millis, [state, effects]: Stepped): Stepped => {
  let next = state
  for (let grave = first(next.graves); grave !== undefined && grave.until <= at; grave = first(next.graves)) {
    const isForgotten = isGone(lookup(grave.key, next.containers))
    next = {
      ...next,
      graves: rest(next.graves),
      containers: isForgotten ? remove(grave.key, next.containers) : next.containers,
    }
  }
  return [next, effects]
}

const then = ([state, effects]: Stepped, go: (state: State) => Stepped): Stepped => {
  const [next, more] = go(state)
  return [next, more.length === 0 ? effects : [...effects, ...more]]
}
