/** The stop channel: the open run, a run that is over, and the next one. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { type Announcement, containerKey, initial, millis, nanos, type ReaperEvent, type State } from '../../../core/index.ts'
import type { DeleteResponse } from '../../../shell/proto/gen/containerd/tasks.ts'
import { Container } from '../../../shell/proto/gen/containerd/containers.ts'
import { stoppedRuns } from '../../../shell/stopped.ts'
import { web } from '../../support/answered.ts'
import { failed, fakeContainerd, openCall, succeeds } from '../../support/fake_containerd.ts'
import { exitOf, type LoopWorld, loopWorld, relisted } from '../../support/loop_world.ts'
import type { Vector } from '../../support/property.ts'
import { settle } from '../../support/virtual_clock.ts'

const announcement = (id: string, generation: number, exitCode: number): Announcement => ({
  _tag: 'Announcement',
  seq: generation,
  type: 'CONTAINER_STOPPED',
  run: { namespace: 'ci', id, pid: 40 + generation, generation },
  sandboxId: undefined,
  exitCode,
  exitedAt: nanos(5n),
  reason: 'Error',
  attempts: 1,
  handlingMs: 4,
  at: millis(9),
})

const deleted: DeleteResponse = { id: 'web', pid: 42, exitStatus: 3, exitedAt: undefined }

/** A world in which `web` has been announced. `recordGone`: its record cannot be found any more. */
const afterExit = async ({ recordGone = false } = {}): Promise<LoopWorld> => {
  const containerd = fakeContainerd({
    taskWait: () => openCall<never>().call,
    taskKill: () => succeeds(undefined),
    taskDelete: () => succeeds(deleted),
    containerGet: () =>
      recordGone ? () => () => Promise.resolve(E.left(failed('NotFound'))) : succeeds(Container.fromPartial({ id: 'web' })),
    taskGet: () => () => () => Promise.resolve(E.left(failed('NotFound'))),
  })
  const world = loopWorld({ containerd })
  world.box.post(relisted(['web']))
  world.box.post(exitOf('web'))
  await settle()
  assert.equal(world.env.announced.length, 1)
  return world
}

/** What `stopped` gives by now, or `waits`. */
const asked = async (state: State, id = 'web'): Promise<unknown> => {
  const waiting = Symbol()
  const answer = await Promise.race([stoppedRuns().next('ci', id, state), settle().then(() => waiting)])
  return answer === waiting ? 'waits' : answer
}

const posted = async (world: LoopWorld, ...events: ReadonlyArray<ReaperEvent>): Promise<State> => {
  for (const event of events) world.box.post(event)
  await settle()
  return world.loop.state()
}

const at = millis(1_700_000_000_000)

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'stopped: everybody who waits for a container is told once, and nobody else',
    run: async () => {
      const runs = stoppedRuns()
      const state = initial('boot')
      const told: Array<string> = []
      const wait = (id: string, name: string): void =>
        void runs.next('ci', id, state).then(({ exitCode }) => told.push(`${name} ${exitCode}`))
      wait('web', 'first')
      wait('web', 'second')
      wait('web-2', 'other')
      runs.signal(announcement('web', 1, 3))
      runs.signal(announcement('web', 2, 4))
      await settle()
      assert.deepEqual(told, ['first 3', 'second 3'])
    },
  },
  {
    name: 'stopped: what is told is the run, its code, time and reason',
    run: async () => {
      const runs = stoppedRuns()
      const waiting = runs.next('ci', 'web', initial('boot'))
      const said = announcement('web', 1, 3)
      runs.signal(said)
      assert.deepEqual(await waiting, { run: said.run, exitCode: 3, exitedAt: 5n, reason: 'Error' })
    },
  },
  {
    name: 'stopped: a container that nobody knows, and one that runs, are waited for',
    run: async () => {
      assert.equal(await asked(initial('boot')), 'waits')
      const world = loopWorld({ containerd: fakeContainerd({ taskWait: () => openCall<never>().call }) })
      assert.equal(await asked(await posted(world, relisted(['web']))), 'waits')
      await world.end()
    },
  },
  {
    name: 'stopped: a run that is over is told at once, as it was announced',
    run: async () => {
      const world = await afterExit()
      const [said] = world.env.announced
      assert.ok(said !== undefined)
      assert.deepEqual(await asked(world.loop.state()), {
        run: said.run,
        exitCode: 3,
        exitedAt: said.exitedAt,
        reason: said.reason,
      })
      await world.end()
    },
  },
  {
    name: 'stopped: a container whose exit is being handled is waited for',
    run: async () => {
      const containerd = fakeContainerd({ taskWait: () => openCall<never>().call, taskDelete: () => openCall<never>().call })
      const world = loopWorld({ containerd })
      assert.equal(await asked(await posted(world, relisted(['web']), exitOf('web'))), 'waits')
      await world.end()
    },
  },
  {
    name: 'stopped: once the record is deleted the next one of that id is waited for',
    run: async () => {
      const world = await afterExit()
      assert.equal(await asked(await posted(world, { _tag: 'ContainerDeleted', container: web, at })), 'waits')
      await world.end()
    },
  },
  {
    name: 'stopped: an id that is used again is a new container: its own run is waited for, not the one before',
    run: async () => {
      const world = await afterExit()
      const recreated = await posted(
        world,
        { _tag: 'ContainerDeleted', container: web, at },
        { _tag: 'ContainerChanged', container: web, at },
      )
      assert.equal(await asked(recreated), 'waits')
      assert.equal(await asked(await posted(world, { _tag: 'TaskStarted', container: web, pid: 77, at })), 'waits')
      await posted(world, { ...exitOf('web', 77), code: 9 })
      const again = await asked(world.loop.state())
      assert.ok(typeof again === 'object' && again !== null && 'exitCode' in again)
      assert.equal(again.exitCode, 9)
      assert.deepEqual(world.env.announced.map(({ run: { pid, generation } }) => [pid, generation]), [[42, 1], [77, 2]])
      await world.end()
    },
  },
  {
    name: 'stopped: a late repeat of the old exit does not bring it back',
    run: async () => {
      const world = await afterExit({ recordGone: true })
      await posted(world, { _tag: 'ContainerDeleted', container: web, at }, { _tag: 'ContainerChanged', container: web, at }, exitOf('web'))
      await world.env.clock.advance(60_000)
      assert.equal(await asked(world.loop.state()), 'waits')
      assert.equal(world.env.announced.length, 1)
      await world.end()
    },
  },
  {
    name: 'stopped: when the reaper has ended, who waits and who asks is told so, and no end is made up; what is over is told as ever',
    run: async () => {
      const runs = stoppedRuns()
      const never = { run: undefined, exitCode: undefined, exitedAt: undefined, reason: 'ReaperStopped' }
      const waiting = [runs.next('ci', 'web', initial('boot')), runs.next('ci', 'other', initial('boot'))]
      runs.end()
      assert.deepEqual(await Promise.all(waiting), [never, never])
      assert.deepEqual(await runs.next('ci', 'web', initial('boot')), never)
      const world = await afterExit()
      assert.equal((await runs.next('ci', 'web', world.loop.state())).exitCode, 3)
      await world.end()
    },
  },
  {
    name: 'stopped: a run of another namespace is another run',
    run: async () => {
      const world = await afterExit()
      const waiting = Symbol()
      const other = await Promise.race([stoppedRuns().next('edge', 'web', world.loop.state()), settle().then(() => waiting)])
      assert.equal(other, waiting)
      assert.equal(containerKey('ci', 'web'), web)
      await world.end()
    },
  },
]
