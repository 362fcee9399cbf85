/**
 * Histories nobody would think of: facts in any order, true and false, and for every effect an answer of any kind, at any time, and
 * now and then twice. Few names and pids, so that they meet.
 */
import fc from 'fast-check'
import {
  containerKey,
  type Effect,
  imageKey,
  initial,
  type Millis,
  millis,
  nanos,
  noMetadata,
  type Policy,
  type ReaperEvent,
  sandboxKey,
  type State,
  step,
  type TaskView,
} from '../../core/index.ts'

/** Like the machine's own data, with a prototype: deep equality sees the difference. */
const record = <A>(fields: { readonly [K in keyof A]: fc.Arbitrary<A[K]> }): fc.Arbitrary<A> =>
  fc.record<A>(fields, { noNullPrototype: true })

/** Something happens `after` ms: a fact, or (`which`) an answer of kind `how` to an effect that is still open, or to one that is not. */
export type Move =
  | { readonly _tag: 'Fact'; readonly fact: ReaperEvent; readonly after: number }
  | { readonly _tag: 'Answer'; readonly which: number; readonly how: number; readonly again: boolean; readonly after: number }

const at = millis(0)
const namespace = 'ci'
const ids = ['web-1', 'web-2', 'pause-1']
const metadataOf = (id: string) => ({ ...noMetadata, kind: id === 'pause-1' ? 'sandbox' as const : 'container' as const })

const id = fc.constantFrom(...ids)
const container = id.map((name) => containerKey(namespace, name))
const sandbox = fc.constantFrom('pause-1', 'pod-1').map((name) => sandboxKey(namespace, name))
const pid = fc.constantFrom(41, 42, 43)
const code = fc.constantFrom(0, 3, 137)
const exitedAt = fc.constantFrom(nanos(1_000n), nanos(2_000n), undefined)
const tagged = <Tag extends string>(tag: Tag) => fc.constant(tag)

const task: fc.Arbitrary<TaskView> = fc.oneof(
  record({ _tag: fc.constantFrom('Created' as const, 'Running' as const, 'Paused' as const), pid }),
  record({ _tag: tagged('Stopped'), pid, code, exitedAt }),
  record({ _tag: tagged('Unclear') }),
)

const often = (arbitrary: fc.Arbitrary<ReaperEvent>) => ({ weight: 5, arbitrary })

const fact: fc.Arbitrary<ReaperEvent> = fc.oneof(
  often(record({ _tag: tagged('TaskStarted'), container, pid, at: fc.constant(at) })),
  often(
    fc.tuple(id, fc.constantFrom(0, 41, 42, 43), code, exitedAt, fc.boolean()).map(([name, pid, code, exitedAt, exec]): ReaperEvent => (
      { _tag: 'TaskExited', container: containerKey(namespace, name), processId: exec ? 'exec-1' : name, pid, code, exitedAt, at }
    )),
  ),
  record({
    _tag: fc.constantFrom('TaskOomed' as const, 'ContainerChanged' as const, 'ContainerDeleted' as const),
    container,
    at: fc.constant(at),
  }),
  record({ _tag: tagged('TaskCreated'), container, pid, at: fc.constant(at) }),
  record({ _tag: tagged('TaskDeleted'), container, pid, code, exitedAt, at: fc.constant(at) }),
  record({ _tag: tagged('SandboxStarted'), sandbox, at: fc.constant(at) }),
  record({ _tag: tagged('SandboxExited'), sandbox, code, exitedAt, at: fc.constant(at) }),
  record({
    _tag: tagged('ImageChanged'),
    image: fc.constant(imageKey(namespace, 'app')),
    change: tagged('updated'),
    at: fc.constant(at),
  }),
  record({
    _tag: tagged('Relisted'),
    namespace: fc.constant(namespace),
    containers: fc.subarray(ids).map((listed) => listed.map((id) => ({ id, metadata: metadataOf(id) }))),
    tasks: fc.subarray(ids).chain((listed) => fc.tuple(...listed.map((id) => task.map((task) => ({ id, task }))))),
    sandboxes: fc.option(fc.subarray(['pause-1', 'pod-1']).map((listed) => listed.map((id) => ({ id, sandboxer: 'podsandbox' }))), {
      nil: undefined,
    }),
    at: fc.constant(at),
  }),
)

const after = fc.constantFrom(0, 1, 50, 1_000, 10_000, 400_000)
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 1, arbitrary: record({ _tag: tagged('Fact'), fact, after }) },
  {
    weight: 5,
    arbitrary: record({ _tag: tagged('Answer'), which: fc.nat(20), how: fc.nat(71), again: fc.boolean(), after }),
  },
)

/** Long enough for what was begun to go on. */
export const anyMoves: fc.Arbitrary<ReadonlyArray<Move>> = fc.array(anyMove, { maxLength: 80, size: 'max' })

/** What the `how`-th kind of answer to `effect` is; undefined when it has none. */
const answer = (effect: Effect, how: number, at: Millis, believed: number): ReaperEvent | undefined => {
  const reasons = ['Unavailable', 'Disconnected', 'ShimClosed', 'TimedOut', 'Unimplemented', 'Other'] as const
  const failed = { _tag: 'Failed', reason: reasons[how % reasons.length] ?? 'Other', message: 'no' } as const
  // Half of the answers are the ones that lead on.
  const one = <A>(good: A, ...others: ReadonlyArray<A>): A => how % 2 === 0 ? good : [good, ...others][how % (others.length + 1)] ?? good
  // Mostly the pid that was heard of last, so that something comes of it.
  const pid = how % 4 === 1 ? 41 + how % 3 : believed
  const end = { code: [0, 3, 137][how % 3] ?? 0, exitedAt: nanos(BigInt(1_000 * (1 + how % 2))) }
  switch (effect._tag) {
    case 'Persist':
      return { _tag: 'PersistSettled', owner: effect.owner, call: effect.call, outcome: how % 8 === 7 ? failed : { _tag: 'Durable' }, at }
    case 'SetTimer':
      return { _tag: 'TimerFired', owner: effect.owner, call: effect.call, at }
    case 'LoadContainer': {
      const found = { _tag: 'Found', metadata: metadataOf(effect.container.slice(namespace.length + 1)) } as const
      return {
        ...effect,
        _tag: 'ContainerSettled',
        outcome: one<typeof found | { _tag: 'NotOurs' | 'NotFound' } | typeof failed>(found, { _tag: 'NotFound' }, failed, {
          _tag: 'NotOurs',
        }),
        at,
      }
    }
    case 'LoadTask': {
      const stopped: TaskView = { _tag: 'Stopped', pid, ...end }
      const views: ReadonlyArray<TaskView> = [stopped, stopped, stopped, stopped, { _tag: 'Running', pid }, { _tag: 'Created', pid }, {
        _tag: 'Unclear',
      }]
      return { ...effect, _tag: 'LoadSettled', outcome: [...views, { _tag: 'NotFound' } as const, failed][how % 9] ?? failed, at }
    }
    case 'WatchTask':
      return {
        ...effect,
        _tag: 'WatchSettled',
        outcome: [
          { _tag: 'Exited', pid, ...end } as const,
          { _tag: 'Exited', pid: 0, ...end } as const,
          failed,
          { _tag: 'NotFound' } as const,
        ][how % 4] ?? failed,
        at,
      }
    case 'ReadOomKills':
      return { ...effect, _tag: 'OomKillsSettled', outcome: how % 3 === 0 ? failed : { _tag: 'Counted', kills: BigInt(how % 2) }, at }
    case 'NotifyNriExit':
      return {
        _tag: 'NriSettled',
        container: effect.container,
        call: effect.call,
        outcome: how % 2 === 0 ? { _tag: 'Delivered' } : failed,
        at,
      }
    case 'KillTask':
      return { ...effect, _tag: 'KillSettled', outcome: how % 6 === 5 ? failed : { _tag: 'Gone' }, at }
    case 'DrainIo':
      return {
        _tag: 'DrainSettled',
        container: effect.container,
        call: effect.call,
        outcome: how % 2 === 0 ? { _tag: 'Drained' } : failed,
        at,
      }
    case 'DeleteTask':
      return {
        ...effect,
        _tag: 'DeleteSettled',
        outcome: [{ _tag: 'Deleted', ...end } as const, { _tag: 'NotFound' } as const, failed][how % 3] ?? failed,
        at,
      }
    case 'CleanUpTask':
      return {
        ...effect,
        _tag: 'CleanUpSettled',
        outcome: [{ _tag: 'CleanedUp' } as const, { _tag: 'NotFound' } as const, failed][how % 3] ?? failed,
        at,
      }
    case 'WatchSandbox':
      return {
        _tag: 'SandboxWatchSettled',
        sandbox: effect.sandbox,
        call: effect.call,
        outcome: [
          { _tag: 'Exited', ...end } as const,
          { _tag: 'Exited', code: undefined, exitedAt: undefined } as const,
          { _tag: 'NotFound' } as const,
          failed,
        ][how % 4] ?? failed,
        at,
      }
    case 'RefreshImage':
      return {
        ...effect,
        _tag: 'ImageSettled',
        outcome: [{ _tag: 'Found', digest: 'sha256:1' } as const, { _tag: 'NotFound' } as const, failed][how % 3] ?? failed,
        at,
      }
    case 'UnwatchTask':
    case 'CloseIo':
    case 'CancelCall':
    case 'SignalStopped':
    case 'EmitContainerEvent':
    case 'CancelTimer':
      return undefined
  }
}

export interface Moment {
  readonly event: ReaperEvent
  readonly effects: ReadonlyArray<Effect>
  readonly state: State
}

const believedOf = (effect: Effect, pids: ReadonlyMap<string, number>): number =>
  'container' in effect ? pids.get(effect.container) ?? 41 : 41

/** Plays the moves against the machine; what comes of each stands in its moment. */
export const playMoves = (policy: Policy, moves: ReadonlyArray<Move>): ReadonlyArray<Moment> => {
  const moments: Array<Moment> = []
  let state = initial('boot-1')
  let open: ReadonlyArray<Effect> = []
  let now = 1_000
  const pids = new Map<string, number>()
  for (const move of moves) {
    now += move.after
    const chosen = move._tag === 'Answer' ? open[move.which % Math.max(1, open.length)] : undefined
    const event = move._tag === 'Fact'
      ? { ...move.fact, at: millis(now) }
      : chosen === undefined
      ? undefined
      : answer(chosen, move.how, millis(now), believedOf(chosen, pids))
    if (event === undefined) continue
    if (move._tag === 'Answer' && !move.again) open = open.filter((effect) => effect !== chosen)
    if ('container' in event && 'pid' in event && event.pid !== 0) pids.set(event.container, event.pid)
    const [next, effects] = step(policy)(event, state)
    state = next
    open = [...open, ...effects.filter((effect) => answer(effect, 0, at, 0) !== undefined)]
    for (const effect of effects) {
      if (effect._tag === 'CancelTimer') {
        open = open.filter((other) => !(other._tag === 'SetTimer' && other.call === effect.call && other.owner.key === effect.owner.key))
      }
    }
    moments.push({ event, effects, state })
  }
  return moments
}
