/**
 * Everything that a call of the machine can be answered with, in a situation: what is true, what was true when it was asked, and each way
 * in which it can fail. A call that changes something may have done so before its answer is lost.
 */
import type {
  ContainerKey,
  ContainerSettled,
  DrainSettled,
  Effect,
  FailureReason,
  LoadSettled,
  NriSettled,
  OomKillsSettled,
  ReaperEvent,
  SandboxWatchSettled,
  WatchSettled,
} from '../../core/index.ts'
import { callId, millis } from '../../core/index.ts'
import { failed, notFound } from '../sim/truth.ts'
import { hitsAnother } from './rules.ts'
import type { Call, Destructive, DestructiveEnd, Rules, Situation } from './situation.ts'
import { land, take, withCall, withoutCall } from './situation.ts'
import { containerAt, recordOf, sandboxAt, shimGone, taskGone, taskOf, viewOf } from './truth.ts'

/** One way in which a history can go on. The first of a call's ways is the one in which nothing goes wrong. */
export interface Way {
  readonly event: ReaperEvent
  /** The situation in which the event comes: the call is no longer open. */
  readonly from: Situation
  readonly isFailure: boolean
}

type Answers<A> = ReadonlyArray<readonly [outcome: A, isFailure: boolean]>

const right = <A>(outcome: A): readonly [A, boolean] => [outcome, false]
const wrong = (reason: FailureReason): readonly [ReturnType<typeof failed>, boolean] => [failed(reason, 'went wrong'), true]

type Load = LoadSettled['outcome']

const pidOf = (load: Load): number => 'pid' in load ? load.pid : 0
const isEqual = (a: Load, b: Load): boolean => a._tag === b._tag && pidOf(a) === pidOf(b)

const answersOfLoad = (s: Situation, key: ContainerKey, call: Call): Answers<Load> => {
  const container = containerAt(s.truth, key)
  const now = viewOf(container)
  const earlier = call.view === undefined || isEqual(call.view, now) ? [] : [right(call.view)]
  return [right(now), ...earlier, [{ _tag: 'Unclear' }, true], wrong('Other'), ...(container.shim ? [wrong('Unavailable')] : [])]
}

const answersOfContainer = (s: Situation, key: ContainerKey): Answers<ContainerSettled['outcome']> => [
  right(recordOf(containerAt(s.truth, key))),
  wrong('Other'),
]

/** A Wait belongs to the task that was there when it was opened, and ends with it. */
const answersOfWatch = (s: Situation, key: ContainerKey, { view }: Call): Answers<WatchSettled['outcome']> => {
  if (view === undefined || !('pid' in view)) return [right(notFound), wrong('Disconnected')]
  const run = containerAt(s.truth, key).runs.find(({ pid }) => pid === view.pid)
  const failures: Answers<WatchSettled['outcome']> = [wrong('Disconnected'), wrong('Other')]
  if (run?.exitedAt === undefined) return failures
  const { pid, code, exitedAt } = run
  return [right({ _tag: 'Exited', pid, code, exitedAt }), [{ _tag: 'Exited', pid: 0, code, exitedAt }, true], ...failures]
}

const answersOfSandbox = (
  s: Situation,
  effect: Extract<Effect, { readonly _tag: 'WatchSandbox' }>,
): Answers<SandboxWatchSettled['outcome']> => {
  const { code, exitedAt } = sandboxAt(s.truth, effect.sandbox)
  const failures: Answers<SandboxWatchSettled['outcome']> = [wrong('Disconnected'), wrong('Other'), wrong('Unimplemented')]
  if (exitedAt === undefined) return failures
  return [right({ _tag: 'Exited', code, exitedAt }), [{ _tag: 'Exited', code: undefined, exitedAt: undefined }, true], ...failures]
}

/** Everything that can become of the calls that are open, one call after the other. Writes reach the disk in their order. */
export const waysOf = (s: Situation, call: Call): ReadonlyArray<Way> => {
  const { effect } = call
  const ways = <A>(answers: Answers<A>, event: (outcome: A) => ReaperEvent): ReadonlyArray<Way> =>
    answers.map(([outcome, isFailure]) => ({ event: event(outcome), from: withoutCall(s, call), isFailure }))
  const time = millis(s.now)
  switch (effect._tag) {
    case 'Persist': {
      const { owner, call: id } = effect
      if (call.served === undefined && s.calls.find((it) => it.effect._tag === 'Persist' && it.served === undefined) !== call) return []
      const durable: ReaperEvent = { _tag: 'PersistSettled', owner, call: id, outcome: { _tag: 'Durable' }, at: time }
      if (call.served !== undefined) return [{ event: durable, from: withoutCall(s, call), isFailure: false }]
      const landed = land(s, call)
      return [
        { event: durable, from: { ...landed, calls: landed.calls.filter((it) => it.effect !== effect) }, isFailure: false },
        { event: { ...durable, outcome: failed('Other', 'no space left on device') }, from: withoutCall(s, call), isFailure: true },
      ]
    }
    case 'LoadContainer':
      return ways(
        answersOfContainer(s, effect.container),
        (outcome) => ({ _tag: 'ContainerSettled', container: effect.container, call: effect.call, outcome, at: time }),
      )
    case 'LoadTask':
      return ways(
        answersOfLoad(s, effect.container, call),
        (outcome) => ({ _tag: 'LoadSettled', container: effect.container, call: effect.call, outcome, at: time }),
      )
    case 'WatchTask':
      return ways(
        answersOfWatch(s, effect.container, call),
        (outcome) => ({ _tag: 'WatchSettled', container: effect.container, call: effect.call, outcome, at: time }),
      )
    case 'ReadOomKills': {
      const { oomKilled } = containerAt(s.truth, effect.container)
      return ways<OomKillsSettled['outcome']>(
        [right({ _tag: 'Counted', kills: oomKilled ? 1n : 0n }), wrong('TimedOut')],
        (outcome) => ({ _tag: 'OomKillsSettled', container: effect.container, call: effect.call, outcome, at: time }),
      )
    }
    case 'NotifyNriExit':
      return ways<NriSettled['outcome']>(
        [right({ _tag: 'Delivered' }), wrong('TimedOut')],
        (outcome) => ({ _tag: 'NriSettled', container: effect.container, call: effect.call, outcome, at: time }),
      )
    case 'DrainIo':
      return ways<DrainSettled['outcome']>(
        [right({ _tag: 'Drained' }), wrong('TimedOut')],
        (outcome) => ({ _tag: 'DrainSettled', container: effect.container, call: effect.call, outcome, at: time }),
      )
    case 'WatchSandbox':
      return ways(
        answersOfSandbox(s, effect),
        (outcome) => ({ _tag: 'SandboxWatchSettled', sandbox: effect.sandbox, call: effect.call, outcome, at: time }),
      )
    case 'RefreshImage':
      return []
    case 'KillTask':
    case 'DeleteTask':
    case 'CleanUpTask':
      return waysOfDestructive(s, call, effect)
  }
}

const settled = (effect: Destructive, outcome: DestructiveEnd, now: number): ReaperEvent => {
  const { container, call } = effect
  // Which outcomes a call can have is seen to by `served`.
  return { _tag: settledBy[effect._tag], container, call, outcome, at: millis(now) } as ReaperEvent
}
const settledBy = { KillTask: 'KillSettled', DeleteTask: 'DeleteSettled', CleanUpTask: 'CleanUpSettled' } as const

const waysOfDestructive = (s: Situation, call: Call, effect: Destructive): ReadonlyArray<Way> => {
  const { served } = call
  if (served !== undefined) {
    if (served === 'durable') return []
    const from = finished(withoutCall(s, call), effect, served)
    return [
      { event: settled(effect, served, s.now), from, isFailure: false },
      { event: settled(effect, failed('Disconnected', 'connection lost'), s.now), from: withoutCall(s, call), isFailure: true },
    ]
  }
  const done = serve(s, call)
  const answered = done.calls.find(({ effect: it }) => it === effect)
  const outcome = answered?.served
  const failures: ReadonlyArray<FailureReason> = effect._tag === 'KillTask' ? ['Other'] : ['Other', 'ShimClosed']
  return [
    ...(answered === undefined || outcome === undefined || outcome === 'durable' ? [] : [{
      event: settled(effect, outcome, s.now),
      from: finished(withoutCall(done, answered), effect, outcome),
      isFailure: false,
    }]),
    ...failures.map((reason) => ({
      event: settled(effect, failed(reason, 'went wrong'), s.now),
      from: withoutCall(s, call),
      isFailure: true,
    })),
  ]
}

/** Whoever deleted the task tells its shim to go, when it hears that it was done. */
const finished = (s: Situation, { container }: Destructive, outcome: DestructiveEnd): Situation =>
  outcome._tag === 'Deleted' || outcome._tag === 'CleanedUp' || outcome._tag === 'NotFound'
    ? taskOf(containerAt(s.truth, container)) === undefined ? { ...s, truth: shimGone(s.truth, container) } : s
    : s

/** A destructive call does what it does; the answer is on its way. */
export const serve = (s: Situation, call: Call): Situation => {
  const { effect, basis } = call
  if (effect._tag !== 'KillTask' && effect._tag !== 'DeleteTask' && effect._tag !== 'CleanUpTask') return s
  const { container: key } = effect
  const isOther = hitsAnother(s, key, basis, effect._tag)
  const container = containerAt(s.truth, key)
  const task = container.record ? taskOf(container) : undefined
  // What it was told to kill has ended already; what began since is another story, and ends as it would have.
  if (effect._tag === 'KillTask') return withCall(s, call, { served: { _tag: 'Gone' } })
  if (task === undefined) return withCall(s, call, { served: notFound })
  if (task.status === 'running') return withCall(s, call, { served: failed('Other', 'task must be stopped') })
  const truth = taskGone(s.truth, key, isOther ? 'other' : 'us', true)
  const outcome: DestructiveEnd = effect._tag === 'DeleteTask'
    ? { _tag: 'Deleted', code: task.code, exitedAt: task.exitedAt }
    : { _tag: 'CleanedUp' }
  const { pid, code, exitedAt } = task
  const told = { _tag: 'TaskDeleted', container: key, pid, code, exitedAt } as const
  return withCall({ ...s, truth, events: [...s.events, { fact: told, left: 1 }] }, call, { served: outcome })
}

export const goOn = (rules: Rules, { event, from }: Way): Situation => take(rules, from, event)

/** Timers fire in the order in which they come due, and however late. */
export const fireNext = (s: Situation): Way | undefined => {
  const [first] = [...s.timers].sort((a, b) => a.due - b.due)
  if (first === undefined) return undefined
  const now = Math.max(s.now, first.due)
  const { owner, call } = first
  return {
    event: { _tag: 'TimerFired', owner, call: callId(call), at: millis(now) },
    from: { ...s, now, timers: s.timers.filter((it) => it !== first) },
    isFailure: false,
  }
}

export const fire = (rules: Rules, s: Situation): Situation | undefined => {
  const way = fireNext(s)
  return way === undefined ? undefined : goOn(rules, way)
}
