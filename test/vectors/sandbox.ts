/** Sandbox exits: the vectors V50 to V54 and V58, through the whole machine, as the design wants them. */
import assert from 'node:assert/strict'
import {
  type Announcement,
  callId,
  containerKey,
  defaultPolicy,
  type Effect,
  initial,
  lookup,
  millis,
  nanos,
  noMetadata,
  type Policy,
  type ReaperEvent,
  type Sandbox,
  sandboxKey,
  type State,
  step,
} from '../../core/index.ts'
import type { Vector } from '../support/property.ts'

const pod = sandboxKey('ci', 'pod-1')
const owner = { _tag: 'Sandbox', key: pod } as const
const at = millis(5_000)
const exitedAt = nanos(4_999_123_456_789n)

const play = (events: ReadonlyArray<ReaperEvent>, policy: Policy = defaultPolicy): readonly [State, ReadonlyArray<Effect>] => {
  let state = initial('boot-1')
  let effects: ReadonlyArray<Effect> = []
  for (const event of events) [state, effects] = step(policy)(event, state)
  return [state, effects]
}

const listed = (sandboxer = 'podsandbox'): ReaperEvent => ({
  _tag: 'Relisted',
  namespace: 'ci',
  containers: [],
  tasks: [],
  sandboxes: [{ id: 'pod-1', sandboxer }],
  at: millis(1_000),
})
const exited = (code: number, time = exitedAt): ReaperEvent => ({ _tag: 'SandboxExited', sandbox: pod, code, exitedAt: time, at })
const durable = (call: number): ReaperEvent => ({
  _tag: 'PersistSettled',
  owner,
  call: callId(call),
  outcome: { _tag: 'Durable' },
  at: millis(5_001),
})

const said: Announcement = {
  _tag: 'Announcement',
  seq: 1,
  type: 'CONTAINER_STOPPED',
  run: { namespace: 'ci', id: 'pod-1', pid: 0, generation: 1 },
  sandboxId: 'pod-1',
  exitCode: 7,
  exitedAt,
  reason: 'Error',
  attempts: 1,
  handlingMs: 0,
  at,
}
const exit = { code: 7, at: exitedAt, rank: 'observed' } as const
const written: Effect = {
  _tag: 'Persist',
  owner,
  call: callId(2),
  records: [{ _tag: 'SandboxRecord', namespace: 'ci', id: 'pod-1', exit, at }, said],
  release: [{ _tag: 'SignalStopped', announcement: said }, { _tag: 'EmitContainerEvent', announcement: said }],
}

const phaseOf = (state: State): Sandbox['phase'] | undefined => lookup(pod, state.sandboxes)?.phase

const pause = { id: 'pod-1', metadata: { ...noMetadata, kind: 'sandbox', ownPidNamespace: true } } as const

/** Plays the events against a world in which everything succeeds at once, and gives what went out to listeners. */
const announcedOf = (events: ReadonlyArray<ReaperEvent>): ReadonlyArray<Announcement> => {
  let state = initial('boot-1')
  const out: Array<Announcement> = []
  const tell = (event: ReaperEvent): void => {
    const [next, effects] = step(defaultPolicy)(event, state)
    state = next
    for (const effect of effects) {
      const { at } = event
      if (effect._tag === 'Persist') {
        for (const { _tag, announcement } of effect.release) if (_tag === 'EmitContainerEvent') out.push(announcement)
        tell({ _tag: 'PersistSettled', owner: effect.owner, call: effect.call, outcome: { _tag: 'Durable' }, at })
      }
      if (effect._tag === 'LoadTask') tell({ ...effect, _tag: 'LoadSettled', outcome: { _tag: 'Stopped', pid: 42, code: 7, exitedAt }, at })
      if (effect._tag === 'DeleteTask') tell({ ...effect, _tag: 'DeleteSettled', outcome: { _tag: 'Deleted', code: 7, exitedAt }, at })
      if (effect._tag === 'LoadContainer') tell({ ...effect, _tag: 'ContainerSettled', outcome: { _tag: 'NotFound' }, at })
    }
  }
  events.forEach(tell)
  return out
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'V50 D: a task exit under the id of a sandbox is its exit; status and STOPPED are written in one write',
    run: () => {
      const exit: ReaperEvent = {
        _tag: 'TaskExited',
        container: containerKey('ci', 'pod-1'),
        processId: 'pod-1',
        pid: 9,
        code: 7,
        exitedAt,
        at,
      }
      const [, effects] = play([listed(), exit])
      assert.deepEqual(effects, [written])
    },
  },
  {
    name: 'V51 D: a sandbox exit: NotReady once status and STOPPED are on disk, in one write',
    run: () => {
      const [recording, effects] = play([listed(), exited(7)])
      assert.deepEqual(effects, [written])
      assert.equal(phaseOf(recording)?._tag, 'Recording')
      const [over, none] = play([listed(), exited(7), durable(2)])
      assert.deepEqual(phaseOf(over), { _tag: 'NotReady', exit, seq: 1 })
      assert.deepEqual(none, [])
    },
  },
  {
    name: 'a listing that misses a sandbox may be older than its start: a later one ends it, with no word of how',
    run: () => {
      const missed = (time: number): ReaperEvent => (
        { _tag: 'Relisted', namespace: 'ci', containers: [], tasks: [], sandboxes: [], at: millis(time) }
      )
      const [once, nothing] = play([listed(), missed(5_000)])
      assert.equal(phaseOf(once)?._tag, 'Ready')
      assert.deepEqual(nothing, [])
      assert.equal(phaseOf(play([listed(), missed(5_000), listed(), missed(15_000)])[0])?._tag, 'Ready')
      assert.equal(phaseOf(play([listed(), missed(5_000), missed(15_000)])[0])?._tag, 'Recording')
    },
  },
  {
    name: 'V51 D: the first exit of a sandbox counts; further ones write and announce nothing',
    run: () => {
      const [over, effects] = play([listed(), exited(7), exited(8, nanos(1n)), durable(2), exited(9, nanos(2n))])
      assert.deepEqual(phaseOf(over), { _tag: 'NotReady', exit, seq: 1 })
      assert.deepEqual(effects, [])
    },
  },
  {
    name: 'V51 U: by policy the last exit counts; it overwrites the status, and listeners are told of the change',
    run: () => {
      const policy: Policy = { ...defaultPolicy, sandboxExit: 'last' }
      const [, effects] = play([listed(), exited(7), durable(2), exited(9, nanos(2n))], policy)
      const update: Announcement = { ...said, type: 'CONTAINER_UPDATED', seq: 2, exitCode: 9, exitedAt: nanos(2n) }
      const later = { code: 9, at: nanos(2n), rank: 'observed' } as const
      assert.deepEqual(effects, [{
        _tag: 'Persist',
        owner,
        call: callId(3),
        records: [{ _tag: 'SandboxRecord', namespace: 'ci', id: 'pod-1', exit: later, at }, update],
        release: [{ _tag: 'EmitContainerEvent', announcement: update }],
      }])
      const [over] = play([listed(), exited(7), durable(2), exited(9, nanos(2n)), durable(3)], policy)
      assert.deepEqual(phaseOf(over), { _tag: 'NotReady', exit: later, seq: 2 })
    },
  },
  {
    name: 'V52 U: the exit of a sandbox that is removed is nothing',
    run: () => {
      const [state, effects] = play([exited(7)])
      assert.deepEqual(effects, [])
      assert.equal(phaseOf(state), undefined)
    },
  },
  {
    name: 'V53 D: without a time the exit took place when we heard of it',
    run: () => {
      const [state] = play([listed(), { _tag: 'SandboxExited', sandbox: pod, code: 7, exitedAt: undefined, at }, durable(2)])
      assert.deepEqual(phaseOf(state), { _tag: 'NotReady', exit: { ...exit, at: nanos(5_000_000_000n) }, seq: 1 })
    },
  },
  {
    name: 'V54 U: the exit of a sandbox whose state nobody could tell counts like any other',
    run: () => {
      const unwatched: ReaperEvent = {
        _tag: 'SandboxWatchSettled',
        sandbox: pod,
        call: callId(1),
        outcome: { _tag: 'Failed', reason: 'Disconnected', message: 'connection lost' },
        at: millis(2_000),
      }
      const [, effects] = play([listed(), unwatched, exited(7)])
      assert.deepEqual(effects, [written])
    },
  },
  {
    name: 'V58 U: an OOM kill under an unknown id, or under the id of a sandbox, is nothing',
    run: () => {
      for (const before of [[], [listed()]]) {
        const [start] = play(before)
        const [state, effects] = step(defaultPolicy)({ _tag: 'TaskOomed', container: containerKey('ci', 'pod-1'), at }, start)
        assert.deepEqual(effects, [])
        assert.equal(state, start)
      }
    },
  },
  {
    name: 'V72 U: the exit of a sandbox does not wait for a container of it that is in back-off',
    run: () => {
      const web = containerKey('ci', 'web-1')
      const [, effects] = play([
        { ...listed(), containers: [{ id: 'web-1', metadata: { ...noMetadata, sandboxId: 'pod-1' } }] } as ReaperEvent,
        { _tag: 'TaskStarted', container: web, pid: 42, at: millis(1_500) },
        { _tag: 'TaskExited', container: web, processId: 'web-1', pid: 42, code: 0, exitedAt, at: millis(2_000) },
        exited(7),
      ])
      assert.deepEqual(effects, [written])
    },
  },
  {
    name: 'V50 D: a pause container and its sandbox are one: STOPPED goes out once, whichever was heard of first',
    run: () => {
      const { length } = announcedOf([
        { _tag: 'SandboxStarted', sandbox: pod, at },
        { ...listed(), containers: [pause], tasks: [{ id: 'pod-1', task: { _tag: 'Running', pid: 42 } }] } as ReaperEvent,
        exited(7),
        { _tag: 'SandboxWatchSettled', sandbox: pod, call: callId(1), outcome: { _tag: 'Exited', code: 7, exitedAt }, at },
        { ...listed(), containers: [pause], sandboxes: [] } as ReaperEvent,
        { ...listed(), containers: [] } as ReaperEvent,
        { ...listed(), containers: [], sandboxes: [] } as ReaperEvent,
      ])
      assert.equal(length, 1)
    },
  },
]
