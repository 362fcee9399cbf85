/**
 * A situation of a small world: the truth, the machine's state, the disk, and whatever is on its way. Everything is immutable; each function
 * gives the next situation, or ends the search with the rule that was broken. The contract of the core's surface is kept to.
 */
import type {
  CleanUpSettled,
  ContainerKey,
  DeleteSettled,
  Effect,
  KillSettled,
  LoadSettled,
  Owner,
  Policy,
  ReaperEvent,
  ReaperRecord,
  Relisted,
  State,
  Step,
} from '../../core/index.ts'
import { initial, millis, parts, replayRecords, resume, step, violations } from '../../core/index.ts'
import { broken } from '../sim/hooks.ts'
import { type Basis, checkAsked, checkDurable, type Evidence, evidenceAfter } from './rules.ts'
import { containerAt, idOf, type Truth, viewOf } from './truth.ts'

type CallOf<Tag extends Effect['_tag']> = Extract<Effect, { readonly _tag: Tag }>
export type Destructive = CallOf<'KillTask' | 'DeleteTask' | 'CleanUpTask'>
export type Asking =
  | Destructive
  | CallOf<
    'Persist' | 'LoadContainer' | 'LoadTask' | 'WatchTask' | 'ReadOomKills' | 'NotifyNriExit' | 'DrainIo' | 'WatchSandbox' | 'RefreshImage'
  >

export type DestructiveEnd = KillSettled['outcome'] | DeleteSettled['outcome'] | CleanUpSettled['outcome']

/** A call that is not answered yet. */
export interface Call {
  readonly effect: Asking
  /** What was so when it was asked: a read may be served at any time until it is answered. */
  readonly view: LoadSettled['outcome'] | undefined
  /** What bore out a call that destroys. */
  readonly basis: Basis | undefined
  /** It has been served, the write has reached the disk; the answer is on its way. */
  readonly served: DestructiveEnd | 'durable' | undefined
}

export interface Timer {
  readonly owner: Owner
  readonly call: number
  readonly due: number
}

type WithoutTime<A> = A extends unknown ? Omit<A, 'at'> : never
export type Fact = WithoutTime<ReaperEvent>

export interface Situation {
  readonly now: number
  readonly truth: Truth
  readonly machine: State
  readonly rows: ReadonlyArray<ReaperRecord>
  readonly calls: ReadonlyArray<Call>
  readonly timers: ReadonlyArray<Timer>
  /** Events on their way, and how often each may still come. */
  readonly events: ReadonlyArray<{ readonly fact: Fact; readonly left: number }>
  /** The listing that a connection begins with is under way: what was true when it was asked for. */
  readonly listing: Truth | undefined
  readonly evidence: ReadonlyArray<Evidence>
  /** What may still go wrong. */
  readonly left: Budget
}

/** How often each kind of trouble may still happen in a history: what keeps their number finite. */
export interface Budget {
  readonly failures: number
  readonly crashes: number
  readonly doubles: number
  readonly listings: number
  readonly starts: number
  readonly others: number
}

export const nothingLeft: Budget = { failures: 0, crashes: 0, doubles: 0, listings: 0, starts: 0, others: 0 }

export interface Rules {
  readonly policy: Policy
  readonly react: Step
  readonly check: (state: State) => ReadonlyArray<string>
}

export const rulesFor = (policy: Policy): Rules => ({ policy, react: step(policy), check: violations(policy) })

/** One step of the machine, and what it asks for; nothing of that is started yet. */
export const react = ({ react, check, policy }: Rules, s: Situation, event: ReaperEvent): readonly [Situation, ReadonlyArray<Effect>] => {
  const [machine, effects] = react(event, s.machine)
  if (machine !== s.machine) { for (const violation of check(machine)) broken('the state is sound', violation) }
  return [{ ...s, machine, evidence: evidenceAfter(policy, s, event) }, effects]
}

/** An event is taken, and everything it asks for is started. */
export const take = (rules: Rules, s: Situation, event: ReaperEvent): Situation => {
  const [next, effects] = react(rules, s, event)
  return effects.reduce((now, effect) => start(rules, now, effect), next)
}

/** An effect is started. */
export const start = ({ policy }: Rules, s: Situation, effect: Effect): Situation => {
  const basis = checkAsked(policy, s, effect)
  const without = (name: Asking['_tag'], key: ContainerKey, call: number): Situation => ({
    ...s,
    calls: s.calls.filter(({ effect: it }) => it._tag !== name || it.call !== call || !('container' in it) || it.container !== key),
  })
  switch (effect._tag) {
    case 'SetTimer':
      return { ...s, timers: [...s.timers, { owner: effect.owner, call: effect.call, due: s.now + effect.delayMs }] }
    case 'CancelTimer':
      return { ...s, timers: s.timers.filter(({ owner, call }) => call !== effect.call || !isSame(owner, effect.owner)) }
    case 'UnwatchTask':
      return without('WatchTask', effect.container, effect.call)
    case 'CancelCall':
      return ['KillTask', 'DeleteTask', 'CleanUpTask'].reduce(
        (now, name) => ({ ...now, calls: without(name as Asking['_tag'], effect.container, effect.call).calls }),
        s,
      )
    case 'CloseIo':
      return s
    case 'SignalStopped':
    case 'EmitContainerEvent':
      return broken('write before announce', `${effect._tag} outside a write`)
    default: {
      const view = effect._tag === 'LoadTask' || effect._tag === 'WatchTask' ? viewOf(containerAt(s.truth, effect.container)) : undefined
      return { ...s, calls: [...s.calls, { effect, view, basis, served: undefined }] }
    }
  }
}

export const isSame = (a: Owner, b: Owner): boolean => a._tag === b._tag && a.key === b.key

export const withoutCall = (s: Situation, call: Call): Situation => ({ ...s, calls: s.calls.filter((it) => it !== call) })
export const withCall = (s: Situation, call: Call, next: Partial<Call>): Situation => ({
  ...s,
  calls: s.calls.map((it) => (it === call ? { ...it, ...next } : it)),
})

/** The write reaches the disk; whoever asked has not heard of it. */
export const land = (s: Situation, call: Call): Situation => {
  if (call.effect._tag !== 'Persist') return s
  checkDurable(s, call.effect)
  return withCall({ ...s, rows: [...s.rows, ...call.effect.records] }, call, { served: 'durable' })
}

/** What a listing of everything shows now. */
export const listingOf = ({ containers, sandboxes }: Truth): Fact => ({
  _tag: 'Relisted',
  namespace: 'ci',
  containers: containers.flatMap(({ key, record, metadata }) => (record ? [{ id: idOf(key), metadata }] : [])),
  tasks: containers.flatMap((container): Relisted['tasks'] => {
    const task = viewOf(container)
    return task._tag === 'NotFound' || task._tag === 'Failed' ? [] : [{ id: idOf(container.key), task }]
  }),
  sandboxes: sandboxes.map(({ key }) => ({ id: parts(key)[1], sandboxer: 'shim' })),
})

export const at = (s: Situation, fact: Fact): ReaperEvent => ({ ...fact, at: millis(s.now) })

/** The process dies: what was on its way is lost, but for what containerd and the disk have done already. */
export const die = (s: Situation): Situation => ({ ...s, calls: [], timers: [], events: [], evidence: [], listing: undefined })

/** It starts again, from the disk alone; a listing is under way. The effects that are owed are not started yet. */
export const wake = (rules: Rules, s: Situation): readonly [Situation, ReadonlyArray<Effect>] => {
  const machine = s.rows.length === 0 ? initial('boot-1') : replayRecords('boot-1', s.rows)
  for (const violation of rules.check(machine)) broken('the state is sound', `after a restart: ${violation}`)
  const next: Situation = { ...s, machine, listing: s.truth }
  return [next, resume(rules.policy)(machine, millis(s.now))]
}

export const restart = (rules: Rules, s: Situation): Situation => {
  const [next, effects] = wake(rules, die(s))
  return effects.reduce((now, effect) => start(rules, now, effect), next)
}

/** The process has just started for the first time, in this world. */
export const beginning = (rules: Rules, truth: Truth, left: Budget): Situation =>
  wake(rules, {
    now: 1_000_000_000,
    truth,
    machine: initial('boot-1'),
    rows: [],
    calls: [],
    timers: [],
    events: [],
    listing: undefined,
    evidence: [],
    left,
  })[0]
