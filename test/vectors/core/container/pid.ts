/** After another boot of the host: pids begin again, so an old one is never taken for the new task of that number. */
import assert from 'node:assert/strict'
import {
  callId,
  containerKey,
  defaultPolicy,
  type Effect,
  lookup,
  millis,
  nanos,
  noMetadata,
  type ReaperEvent,
  replayRecords,
  resume,
  type RunRecord,
  type State,
  step,
  violations,
} from '../../../../core/index.ts'
import type { Vector } from '../../../support/property.ts'

const key = containerKey('ci', 'web')
const row = (more: Partial<RunRecord>): RunRecord => ({
  _tag: 'RunRecord',
  run: { namespace: 'ci', id: 'web', pid: 42, generation: 1 },
  metadata: noMetadata,
  exit: { code: 3, at: nanos(5n), rank: 'observed' },
  oomKilled: false,
  notified: true,
  attempts: 0,
  lastError: undefined,
  standing: 'open',
  at: millis(0),
  ...more,
})
const at = millis(1_000)

/** Carries the machine on: timers fire, the task is as `task` says, writes succeed. Gives what was announced and done. */
const carryOn = (
  start: State,
  events: ReadonlyArray<ReaperEvent>,
  task: 'Running' | 'NotFound',
): readonly [State, ReadonlyArray<Effect>] => {
  let state = start
  const asked: Array<Effect> = []
  const waiting: Array<ReaperEvent> = []
  const take = (effects: ReadonlyArray<Effect>): void => {
    for (const effect of effects) {
      asked.push(effect)
      if (effect._tag === 'SetTimer') waiting.push({ _tag: 'TimerFired', owner: effect.owner, call: effect.call, at })
      if (effect._tag === 'Persist') {
        waiting.push({ _tag: 'PersistSettled', owner: effect.owner, call: effect.call, outcome: { _tag: 'Durable' }, at })
      }
      if (effect._tag === 'LoadTask') {
        const outcome = task === 'Running' ? { _tag: 'Running', pid: 42 } as const : { _tag: 'NotFound' } as const
        waiting.push({ _tag: 'LoadSettled', container: effect.container, call: effect.call, outcome, at })
      }
      if (effect._tag === 'CleanUpTask') {
        waiting.push({ _tag: 'CleanUpSettled', container: effect.container, call: effect.call, outcome: { _tag: 'CleanedUp' }, at })
      }
    }
  }
  take(resume(defaultPolicy)(state, at))
  const all = [...events]
  for (let turn = 0; turn < 50; turn++) {
    const event = waiting.shift() ?? all.shift()
    if (event === undefined) break
    const [next, effects] = step(defaultPolicy)(event, state)
    state = next
    assert.deepEqual(violations(defaultPolicy)(state), [])
    take(effects)
  }
  return [state, asked]
}

const said = (effects: ReadonlyArray<Effect>): ReadonlyArray<string> =>
  effects.flatMap((effect) =>
    effect._tag === 'Persist'
      ? effect.records.flatMap((record) =>
        record._tag === 'Announcement' ? [`${record.run.pid}@${record.run.generation} ${record.exitCode} ${record.reason}`] : []
      )
      : []
  )
const destroyed = (effects: ReadonlyArray<Effect>): number =>
  effects.filter(({ _tag }) => _tag === 'DeleteTask' || _tag === 'KillTask').length

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'boot: an open exit of an earlier boot is announced with its code, and the task that has its pid now is left alone and a new run',
    run: () => {
      const [state, effects] = carryOn(replayRecords('boot-2', [row({})], 1), [
        { _tag: 'TaskStarted', container: key, pid: 42, at },
      ], 'Running')
      assert.deepEqual(said(effects), ['42@1 3 Error'])
      assert.equal(destroyed(effects), 0)
      assert.deepEqual(lookup(key, state.containers)?.runs.map(({ id, phase }) => [id.generation, phase._tag]).at(-1), [2, 'Running'])
    },
  },
  {
    name: 'boot: in the same boot the same task means that the exit was false',
    run: () => {
      const [state, effects] = carryOn(replayRecords('boot-1', [row({})], 0), [], 'Running')
      assert.deepEqual(said(effects), [])
      assert.deepEqual(lookup(key, state.containers)?.runs.map(({ id, phase }) => [id.generation, phase._tag]), [[1, 'Running']])
    },
  },
  {
    name: 'boot: a run that was over before it is not what starts with its pid after it',
    run: () => {
      const [state] = carryOn(replayRecords('boot-2', [row({ standing: 'closed' })], 1), [
        { _tag: 'TaskStarted', container: key, pid: 42, at },
      ], 'Running')
      assert.deepEqual(lookup(key, state.containers)?.runs.map(({ id, phase }) => [id.generation, phase._tag]).at(-1), [2, 'Running'])
    },
  },
  {
    name: 'boot: a row that is written again after it is still that of a run of an earlier boot, also to the next start',
    run: () => {
      const fired: ReaperEvent = { _tag: 'TimerFired', owner: { _tag: 'Container', key }, call: callId(1), at }
      const [loading, asked] = step(defaultPolicy)(fired, replayRecords('boot-2', [row({})], 1))
      const call = asked.find(({ _tag }) => _tag === 'LoadTask')
      assert.ok(call?._tag === 'LoadTask')
      const [, effects] = step(defaultPolicy)({ ...call, _tag: 'LoadSettled', outcome: { _tag: 'Unclear' }, at }, loading)
      const rows = effects.flatMap((effect) => (effect._tag === 'Persist' ? effect.records : []))
      assert.equal(rows.length, 1)
      const [state, later] = carryOn(replayRecords('boot-2', [row({}), ...rows], 1), [
        { _tag: 'TaskStarted', container: key, pid: 42, at },
      ], 'Running')
      assert.deepEqual(said(later), ['42@1 3 Error'])
      assert.equal(destroyed(later), 0)
      assert.deepEqual(lookup(key, state.containers)?.runs.map(({ id, phase }) => [id.generation, phase._tag]).at(-1), [2, 'Running'])
    },
  },
  {
    name: 'boot: a run that was seen alive before it, and of whose end nothing is known, ended with it',
    run: () => {
      const [, effects] = carryOn(replayRecords('boot-2', [row({ exit: undefined, oomKilled: true })], 1), [], 'NotFound')
      assert.deepEqual(said(effects), ['42@1 255 OOMKilled'])
    },
  },
]
