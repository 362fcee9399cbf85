/**
 * What containers share: the cap on handlings, the sequence of announcements, and the graves of those that were deleted.
 * One container's step is put back here; what it does stands in its own room.
 *
 * @module
 */
import { seqAfter } from './announcement.ts'
import type { SandboxSaid } from './container/context.ts'
import { holdsSlot, type Phase, wantsSlot } from './container/phase.ts'
import { type ContainerInput, stepContainer } from './container/step.ts'
import type { Effect } from './effect.ts'
import type { ContainerKey, Millis } from './ids.ts'
import { namesake, plus } from './ids.ts'
import type { Policy } from './policy.ts'
import { first, push, rest } from './queue.ts'
import { dequeue, enqueue, type Slots } from './slots.ts'
import type { Container, Sandbox, State } from './state.ts'
import { insert, lookup, remove } from './table.ts'

/** The next state, and the effects in the order in which they are to be started. */
export type Stepped = readonly [State, ReadonlyArray<Effect>]

/** One container takes an input and is put back. */
export const inContainer = (policy: Policy, input: ContainerInput, key: ContainerKey, state: State): Stepped => {
  const before = lookup(key, state.containers)
  const sandbox = lookup(namesake(key), state.sandboxes)
  const sandboxSaid = saidBy(sandbox)
  const [after, effects] = stepContainer(
    { policy, seq: state.nextSeq, lastForgotten: state.lastForgotten, sandboxSaid },
    input,
    key,
    before,
  )
  if (after === before) return [state, effects]
  const { bootId, nextSeq, lastForgotten, containers, sandboxes, images, slots: { inFlight, turns, waiting }, graves } = state
  const slots: Slots = { inFlight: inFlight + count(after, holdsSlot) - count(before, holdsSlot), turns, waiting }
  const isHandedOver = sandbox !== undefined &&
    (sandboxSaid === 'announced' ? isOverAsTold(before, after) : sandboxSaid === 'nothing' && tellsIt(before, after))
  const forgotten = Math.max(after === undefined ? before?.lastGeneration ?? 0 : 0, isHandedOver ? sandbox.generation : 0)
  // Field by field: a spread here was a fifth of the time that an event takes.
  const next: State = {
    bootId,
    nextSeq: seqAfter(nextSeq, effects),
    lastForgotten: Math.max(lastForgotten, forgotten),
    containers: after === undefined ? remove(key, containers) : insert(key, after, containers),
    sandboxes: isHandedOver ? remove(namesake(key), sandboxes) : sandboxes,
    images,
    slots: count(after, wantsSlot) > count(before, wantsSlot) ? enqueue(key, slots) : slots,
    graves: isGone(after) && (!isGone(before) || after.lastCall !== before.lastCall)
      ? push({ key, until: plus(input.at, policy.rememberMs), lastCall: after.lastCall }, graves)
      : graves,
  }
  return [next, effects]
}

const saidBy = (sandbox: Sandbox | undefined): SandboxSaid => {
  if (sandbox === undefined) return 'nothing'
  const { phase } = sandbox
  // The ids of pods are drawn at random: a start after an end is a late one.
  if (phase._tag === 'Ready') return phase.before === undefined ? 'nothing' : 'announced'
  if (phase._tag === 'NotReady' || phase.announced) return 'announced'
  return phase._tag === 'Recording' ? 'writing' : 'nothing'
}

/** The pause container begins to announce what its sandbox's machine has not, or has failed to. */
const tellsIt = (before: Container | undefined, after: Container | undefined): boolean => count(after, isTelling) > count(before, isTelling)

const isTelling = (phase: Phase): boolean => phase._tag === 'Recording' && phase.seq !== undefined

/**
 * The end that the sandbox's own machine announced was that of a run of its pause container, and that run is over now. The next run ends
 * by itself.
 */
const isOverAsTold = (before: Container | undefined, after: Container | undefined): boolean =>
  before !== undefined && after !== undefined &&
  before.runs.some(({ id, phase }) =>
    phase._tag === 'Recording' && phase.seq === undefined &&
    after.runs.every((run) => run.id.generation !== id.generation || run.phase._tag === 'Exited' || run.phase._tag === 'Announced')
  )

const count = (container: Container | undefined, is: (phase: Phase) => boolean): number =>
  container === undefined ? 0 : container.runs.reduce((total, { phase }) => (is(phase) ? total + 1 : total), 0)

/** The record is deleted and nothing is open: kept a while, to know late repeats by. */
const isGone = (container: Container | undefined): container is Container =>
  container !== undefined && isDeleted(container) && container.runs.every(({ phase }) => phase._tag === 'Exited')

const isDeleted = ({ lookup: known, dropping }: Container): boolean =>
  known._tag === 'Deleted' || (known._tag === 'NotOurs' && known.gone === true && dropping === undefined)

/** Gives free slots to those that wait. Whoever no longer wants one when its turn comes is passed over. */
export const grant = (policy: Policy, at: Millis, start: Stepped): Stepped => {
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
export const bury = (at: Millis, [state, effects]: Stepped): Stepped => {
  let next = state
  for (let grave = first(next.graves); grave !== undefined && grave.until <= at; grave = first(next.graves)) {
    const container = lookup(grave.key, next.containers)
    const isForgotten = isGone(container) && container.lastCall === grave.lastCall
    next = {
      ...next,
      graves: rest(next.graves),
      lastForgotten: isForgotten ? Math.max(next.lastForgotten, container.lastGeneration) : next.lastForgotten,
      containers: isForgotten ? remove(grave.key, next.containers) : next.containers,
    }
  }
  return [next, effects]
}

/** One step after the other, with the effects of both. */
const then = ([state, effects]: Stepped, go: (state: State) => Stepped): Stepped => {
  const [next, more] = go(state)
  return [next, more.length === 0 ? effects : [...effects, ...more]]
}

/**
 * A step for each item, with the effects of all. They are collected in one array: a listing may be of 100,000 tasks, and copying what
 * there is for each of them would take minutes.
 */
export const forEach = <A>(items: ReadonlyArray<A>, start: Stepped, go: (item: A, state: State) => Stepped): Stepped => {
  const effects = [...start[1]]
  let [state] = start
  for (const item of items) {
    const [next, more] = go(item, state)
    state = next
    for (const effect of more) effects.push(effect)
  }
  return [state, effects]
}
