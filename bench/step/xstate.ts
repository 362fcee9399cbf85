/**
 * The life of one container as an XState 5 machine, for comparison: the happy path, the OOM question and the back-off, with the same
 * events and the same effects as ours. It has less to do: no slots, no turns between runs, no records to be read, no table (a native Map
 * holds the snapshots). Written the way XState's manual has it: guards, `assign`, actions with parameters, and the pure `transition`.
 */
import { assign, initialTransition, setup, type SnapshotFrom, transition } from 'xstate'
import {
  callId,
  type ContainerEvent,
  type ContainerKey,
  type ContainerOwner,
  type Effect,
  type Exit,
  millis,
  type Nanos,
  type PersistSettled,
  type ReaperEvent,
  type TimerFired,
  toNanos,
} from '../../core/index.ts'
import type { Member } from './fleet.ts'
import { type Racer, racer } from './lap.ts'
import {
  callOf,
  cancelDeadline,
  type Context,
  deleteTask,
  loadTask,
  persistOpen,
  persistStopped,
  readOomKills,
  setBackOff,
  setDeadline,
  watchTask,
} from './xstate_effects.ts'

/** XState knows an event by its `type`. */
type Typed<E> = E extends { readonly _tag: infer Tag } ? Omit<E, '_tag'> & { readonly type: Tag } : never
type OfContainer<E> = Typed<E> & { readonly owner: ContainerOwner }
type Told = Typed<ContainerEvent> | OfContainer<PersistSettled> | OfContainer<TimerFired>
type Of<Tag extends Told['type']> = Extract<Told, { readonly type: Tag }>

interface Found {
  readonly code: number
  readonly exitedAt: Nanos | undefined
  readonly at: Of<'TaskExited'>['at']
}

const exitOf = ({ outcome, at }: Of<'WatchSettled'>): Found =>
  outcome._tag === 'Exited' ? { code: outcome.code, exitedAt: outcome.exitedAt, at } : { code: 0, exitedAt: undefined, at }

// XState takes its types from a value that it never looks at.
const noValue: { readonly context?: Context; readonly events?: Told; readonly input?: Member } = {}

const machine = setup({
  types: noValue,
  actions: {
    ask: (_, _effect: Effect) => undefined,
    nextCall: assign({ lastCall: ({ context }) => context.lastCall + 1 }),
    noteOom: assign({ oomKilled: true }),
    noteExit: assign((_, { code, exitedAt, at }: Found) => ({
      exit: { code, at: exitedAt ?? toNanos(at), rank: 'observed' } satisfies Exit,
      seenAt: at,
    })),
    noteFailure: assign(({ context }, { message }: { message: string }) => ({ failures: context.failures + 1, lastError: message })),
    noteStart: assign(({ context }, { pid }: { pid: number }) => ({
      run: { ...context.run, pid, generation: context.run.generation + 1 },
      failures: 0,
      lastError: undefined,
      oomKilled: false,
      watch: callOf(context),
    })),
    noteAnnounced: assign({ seq: ({ context }) => context.seq + 1 }),
  },
  guards: {
    isInit: ({ event, context }) => event.type === 'TaskExited' && event.processId === context.run.id && event.pid === context.run.pid,
    isInitKilled: ({ event, context }) =>
      event.type === 'TaskExited' && event.processId === context.run.id && event.pid === context.run.pid && event.code === 137 &&
      !context.oomKilled,
    isWatched: ({ event, context }) => event.type === 'WatchSettled' && event.call === context.watch && event.outcome._tag === 'Exited',
    isWatchedKilled: ({ event, context }) =>
      event.type === 'WatchSettled' && event.call === context.watch && event.outcome._tag === 'Exited' && event.outcome.code === 137 &&
      !context.oomKilled,
    isAwaited: ({ event, context }) => 'call' in event && event.call === context.lastCall,
    isAwaitedSuccess: ({ event, context }) =>
      'call' in event && event.call === context.lastCall && 'outcome' in event && event.outcome._tag !== 'Failed',
  },
}).createMachine({
  id: 'container',
  initial: 'running',
  context: ({ input }) => ({
    key: input.key,
    run: { namespace: input.namespace, id: input.id, pid: input.pid, generation: 1 },
    lastCall: 1,
    watch: callId(1),
    exit: { code: 0, at: toNanos(millis(0)), rank: 'observed' },
    seenAt: millis(0),
    failures: 0,
    lastError: undefined,
    oomKilled: false,
    seq: 1,
  }),
  states: {
    running: {
      on: {
        TaskExited: [
          { guard: 'isInitKilled', target: 'examining', actions: { type: 'noteExit', params: ({ event }) => event } },
          { guard: 'isInit', target: 'recorded', actions: { type: 'noteExit', params: ({ event }) => event } },
        ],
        WatchSettled: [
          { guard: 'isWatchedKilled', target: 'examining', actions: { type: 'noteExit', params: ({ event }) => exitOf(event) } },
          { guard: 'isWatched', target: 'recorded', actions: { type: 'noteExit', params: ({ event }) => exitOf(event) } },
        ],
        TaskOomed: {
          actions: ['noteOom', 'nextCall', { type: 'ask', params: ({ context, event }) => persistOpen(context, event.at) }],
        },
      },
    },
    examining: {
      entry: ['nextCall', { type: 'ask', params: ({ context }) => readOomKills(context) }],
      on: { OomKillsSettled: { guard: 'isAwaited', target: 'recorded' } },
    },
    recorded: {
      entry: ['nextCall', { type: 'ask', params: ({ context, event }) => persistOpen(context, event.at) }],
      on: {
        PersistSettled: [
          { guard: 'isAwaitedSuccess', target: 'deleting' },
          { guard: 'isAwaited', target: 'backingOff', actions: { type: 'noteFailure', params: { message: 'not written' } } },
        ],
      },
    },
    loading: {
      entry: ['nextCall', { type: 'ask', params: ({ context }) => setDeadline(context) }, {
        type: 'ask',
        params: ({ context }) => loadTask(context),
      }],
      exit: { type: 'ask', params: ({ context }) => cancelDeadline(context) },
      on: {
        LoadSettled: [
          { guard: 'isAwaitedSuccess', target: 'deleting' },
          { guard: 'isAwaited', target: 'backingOff', actions: { type: 'noteFailure', params: { message: 'not loaded' } } },
        ],
        TimerFired: { guard: 'isAwaited', target: 'backingOff', actions: { type: 'noteFailure', params: { message: 'too long' } } },
      },
    },
    deleting: {
      entry: ['nextCall', { type: 'ask', params: ({ context }) => setDeadline(context) }, {
        type: 'ask',
        params: ({ context }) => deleteTask(context),
      }],
      exit: { type: 'ask', params: ({ context }) => cancelDeadline(context) },
      on: {
        DeleteSettled: [
          { guard: 'isAwaitedSuccess', target: 'recording' },
          { guard: 'isAwaited', target: 'backingOff', actions: { type: 'noteFailure', params: { message: 'not deleted' } } },
        ],
        TimerFired: { guard: 'isAwaited', target: 'backingOff', actions: { type: 'noteFailure', params: { message: 'too long' } } },
      },
    },
    recording: {
      entry: ['nextCall', { type: 'ask', params: ({ context, event }) => persistStopped(context, event.at) }],
      on: {
        PersistSettled: [
          { guard: 'isAwaitedSuccess', target: 'exited', actions: 'noteAnnounced' },
          { guard: 'isAwaited', target: 'backingOff', actions: { type: 'noteFailure', params: { message: 'not written' } } },
        ],
      },
    },
    backingOff: {
      entry: ['nextCall', { type: 'ask', params: ({ context }) => setBackOff(context) }, {
        type: 'ask',
        params: ({ context, event }) => persistOpen(context, event.at),
      }],
      on: { TimerFired: { guard: 'isAwaited', target: 'loading' } },
    },
    exited: {
      on: {
        TaskStarted: {
          target: 'running',
          actions: ['nextCall', { type: 'noteStart', params: ({ event }) => event }, {
            type: 'ask',
            params: ({ context }) => watchTask(context),
          }],
        },
      },
    },
  },
})

interface Snapshots {
  /** At the beginning of a lap. */
  readonly first: ReadonlyMap<ContainerKey, SnapshotFrom<typeof machine>>
  readonly now: Map<ContainerKey, SnapshotFrom<typeof machine>>
}

export const xstate = (members: ReadonlyArray<Member>): Racer => {
  const first = new Map(members.map((member) => [member.key, initialTransition(machine, member)[0]]))
  return racer({
    name: "XState's transition",
    eventOf: addressed,
    begin: (): Snapshots => ({ first, now: new Map() }),
    watchOf: () => callId(1),
    step: ({ key, event }: Addressed, snapshots) => {
      const before = snapshots.now.get(key) ?? snapshots.first.get(key)
      if (before === undefined) return [snapshots, []]
      const [after, actions] = transition(machine, before, event)
      snapshots.now.set(key, after)
      return [snapshots, actions]
    },
    effectsOf: (actions) => actions.flatMap(({ type, params }) => (type === 'ask' && isEffect(params) ? [params] : [])),
  }, members)
}

/** An event and the container whose snapshot it is for. */
interface Addressed {
  readonly key: ContainerKey
  readonly event: Told
}

const addressed = ({ _tag, ...fields }: ReaperEvent): Addressed => {
  const event = { type: _tag, ...fields }
  if (!isTold(event)) throw new Error(`Cannot tell XState of ${_tag}: wanted an event of a container`)
  return { key: 'owner' in event ? event.owner.key : event.container, event }
}

/** Of a container, and none of the others that share a name with those. */
const isTold = (event: object): event is Told =>
  'container' in event ||
  ('owner' in event && typeof event.owner === 'object' && event.owner !== null && '_tag' in event.owner && event.owner._tag === 'Container')

const isEffect = (params: unknown): params is Effect => typeof params === 'object' && params !== null && '_tag' in params
