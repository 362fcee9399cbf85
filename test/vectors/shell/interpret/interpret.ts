/** Every effect has its answer, and nothing is begun before the action is run. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import {
  type Announcement,
  containerOwner,
  type Effect,
  imageKey,
  millis,
  nanos,
  type ReaperEvent,
  sandboxKey,
} from '../../../../core/index.ts'
import { interpret } from '../../../../shell/interpret/interpret.ts'
import { answered, call, run, web } from '../../../support/answered.ts'
import { fakeContainerd } from '../../../support/fake_containerd.ts'
import type { Vector } from '../../../support/property.ts'
import { testEnv } from '../../../support/shell_env.ts'

const owner = containerOwner(web)
const announcement: Announcement = {
  _tag: 'Announcement',
  seq: 1,
  type: 'CONTAINER_STOPPED',
  run,
  sandboxId: undefined,
  exitCode: 3,
  exitedAt: nanos(5n),
  reason: 'Error',
  attempts: 1,
  handlingMs: 4,
  at: millis(9),
}

/** Every effect with the event that answers it. The record makes a new effect without its line here a type error. */
const effects: { readonly [Tag in Effect['_tag']]: readonly [Extract<Effect, { readonly _tag: Tag }>, ReaperEvent['_tag'] | undefined] } = {
  Persist: [{ _tag: 'Persist', owner, call, records: [], release: [] }, 'PersistSettled'],
  LoadContainer: [{ _tag: 'LoadContainer', container: web, call }, 'ContainerSettled'],
  LoadTask: [{ _tag: 'LoadTask', container: web, call }, 'LoadSettled'],
  WatchTask: [{ _tag: 'WatchTask', container: web, call }, 'WatchSettled'],
  UnwatchTask: [{ _tag: 'UnwatchTask', container: web, call }, undefined],
  ReadOomKills: [{ _tag: 'ReadOomKills', container: web, call }, 'OomKillsSettled'],
  NotifyNriExit: [{ _tag: 'NotifyNriExit', container: web, call, run, exitCode: 3 }, 'NriSettled'],
  KillTask: [{ _tag: 'KillTask', container: web, call }, 'KillSettled'],
  DrainIo: [{ _tag: 'DrainIo', container: web, call, run }, 'DrainSettled'],
  CloseIo: [{ _tag: 'CloseIo', container: web, run }, undefined],
  DeleteTask: [{ _tag: 'DeleteTask', container: web, call }, 'DeleteSettled'],
  CleanUpTask: [{ _tag: 'CleanUpTask', container: web, call }, 'CleanUpSettled'],
  CancelCall: [{ _tag: 'CancelCall', container: web, call }, undefined],
  SignalStopped: [{ _tag: 'SignalStopped', announcement }, undefined],
  EmitContainerEvent: [{ _tag: 'EmitContainerEvent', announcement }, undefined],
  WatchSandbox: [{ _tag: 'WatchSandbox', sandbox: sandboxKey('ci', 'pod'), call, sandboxer: 'podsandbox' }, 'SandboxWatchSettled'],
  RefreshImage: [{ _tag: 'RefreshImage', image: imageKey('ci', 'busybox'), call }, 'ImageSettled'],
  SetTimer: [{ _tag: 'SetTimer', owner, call, delayMs: 5, jitter: true }, 'TimerFired'],
  CancelTimer: [{ _tag: 'CancelTimer', owner, call }, undefined],
}

export const cases: ReadonlyArray<Vector> = [
  ...Object.values(effects).map(([effect, tag]): Vector => ({
    name: `interpret: ${effect._tag} is answered by ${tag ?? 'nothing'}, under its call`,
    run: async () => {
      const env = testEnv()
      const answering = answered(effect, env)
      await env.clock.run(60_000)
      const events = await answering ?? []
      assert.deepEqual(events.map(({ _tag }) => _tag), tag === undefined ? [] : [tag])
      for (const event of events) assert.ok('call' in event && event.call === call)
      assert.deepEqual([env.clock.sleepers(), env.calls.size()], [0, 0])
    },
  })),
  {
    name: 'interpret: making the action begins nothing',
    run: async () => {
      const containerd = fakeContainerd()
      const env = testEnv({ containerd })
      const made = Object.values(effects).map(([effect]) => interpret(effect)(env))
      assert.deepEqual([containerd.asked.length, env.clock.sleepers(), env.announced.length], [0, 0, 0])
      assert.equal(made.length, 19)
    },
  },
  {
    name: 'interpret: signals and announcements go where they belong',
    run: async () => {
      const env = testEnv()
      await answered({ _tag: 'SignalStopped', announcement }, env)
      assert.deepEqual([env.signalled, env.announced], [[announcement], []])
      await answered({ _tag: 'EmitContainerEvent', announcement }, env)
      assert.deepEqual(env.announced, [announcement])
    },
  },
  {
    name: 'interpret: without an NRI host nobody is listening',
    run: async () => {
      const result = await interpret({ _tag: 'NotifyNriExit', container: web, call, run, exitCode: 3 })(testEnv())()
      assert.ok(E.isRight(result) && result.right[0]?._tag === 'NriSettled' && result.right[0].outcome._tag === 'NoneListening')
    },
  },
]
