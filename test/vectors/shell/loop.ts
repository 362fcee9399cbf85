/** The one-event rule: step, start everything, take the next; never wait. And what `settled` waits for. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import {
  callId,
  containerKey,
  containerOwner,
  defaultPolicy,
  type Effect,
  entries,
  initial,
  millis,
  type ReaperEvent,
  type ReaperRecord,
} from '../../../core/index.ts'
import { storeFailed } from '../../../shell/errors.ts'
import { makeLoop } from '../../../shell/loop.ts'
import { mailbox } from '../../../shell/mailbox.ts'
import { Container } from '../../../shell/proto/gen/containerd/containers.ts'
import { Process, Status } from '../../../shell/proto/gen/containerd/task.ts'
import type { DeleteResponse, WaitResponse } from '../../../shell/proto/gen/containerd/tasks.ts'
import type { Metric } from '../../../shell/proto/gen/containerd/types.ts'
import { memoryStore } from '../../../shell/store/memory.ts'
import { listenersLeft } from '../../../shell/task/cancellable.ts'
import { call, run, web } from '../../support/answered.ts'
import { failed, fakeContainerd, type OpenCall, openCall, succeeds } from '../../support/fake_containerd.ts'
import { exitOf, loopWorld, relisted } from '../../support/loop_world.ts'
import type { Vector } from '../../support/property.ts'
import { testEnv } from '../../support/shell_env.ts'
import { settle } from '../../support/virtual_clock.ts'

const deleted: DeleteResponse = { id: 'web', pid: 42, exitStatus: 3, exitedAt: undefined }

/** Whether a promise has settled by now. */
const isDone = async (promise: Promise<unknown>): Promise<boolean> => {
  let done = false
  void promise.then(() => done = true)
  await settle()
  return done
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'loop: it starts what a restart left over before the first event',
    run: async () => {
      const owed: ReadonlyArray<Effect> = [{ _tag: 'LoadTask', container: web, call }]
      const containerd = fakeContainerd({ taskGet: () => openCall<never>().call })
      const world = loopWorld({ containerd }, owed)
      world.box.post(relisted(['web']))
      await settle()
      assert.deepEqual(containerd.asked.map(({ call: name }) => name).slice(0, 2), ['taskGet', 'taskWait'])
      await world.end()
    },
  },
  {
    name: 'loop: effects start in the order in which they were asked for',
    run: async () => {
      const rows = [1, 2, 3].map((n): ReaperRecord => ({ _tag: 'RunDropped', run: { ...run, generation: n } }))
      const owed = rows.map((row, n): Effect => ({
        _tag: 'Persist',
        owner: containerOwner(web),
        call: callId(n),
        records: [row],
        release: [],
      }))
      const world = loopWorld({}, owed)
      await settle()
      assert.deepEqual(await world.records(), rows)
      await world.end()
    },
  },
  {
    name: 'loop: no effect is waited for: a Delete that hangs holds up nobody',
    run: async () => {
      const hangs = openCall<DeleteResponse>()
      const containerd = fakeContainerd({
        taskWait: () => openCall<never>().call,
        taskDelete: (_, id) => id === 'web' ? hangs.call : succeeds({ ...deleted, id }),
      })
      const world = loopWorld({ containerd })
      world.box.post(relisted(['web', 'web-2']))
      world.box.post(exitOf('web'))
      world.box.post(exitOf('web-2'))
      await settle()
      assert.deepEqual(world.env.announced.map(({ run }) => run.id), ['web-2'])
      assert.equal(hangs.starts(), 1)
      hangs.answer(E.right(deleted))
      await settle()
      assert.deepEqual(world.env.announced.map(({ run }) => run.id), ['web-2', 'web'])
      await world.end()
    },
  },
  {
    name: 'loop: one event at a time, in the order in which they were posted, each with the state the last one left',
    run: async () => {
      const world = loopWorld()
      const events: ReadonlyArray<ReaperEvent> = [
        relisted(['a', 'b', 'c']),
        ...['c', 'a', 'b'].map((id): ReaperEvent => ({ _tag: 'TaskOomed', container: containerKey('ci', id), at: millis(1) })),
      ]
      for (const event of events) world.box.post(event)
      await settle()
      assert.deepEqual(world.traced.filter(({ event }) => events.includes(event)).map(({ event }) => event), events)
      await world.end()
    },
  },
  {
    name: 'loop: the last state is given when the mailbox is closed and read empty',
    run: async () => {
      const env = testEnv({ containerd: fakeContainerd({ taskWait: () => openCall<never>().call }) })
      const box = mailbox<ReaperEvent>(10)
      const loop = makeLoop(env, box, initial('boot'), [])
      box.post(relisted(['web']))
      box.close()
      const last = await loop.run()
      assert.equal(last, loop.state())
      assert.notEqual(last.containers, initial('boot').containers)
      env.end()
    },
  },
  {
    name: 'loop: an effect that was given up is not answered',
    run: async () => {
      const world = loopWorld({ containerd: fakeContainerd({ taskWait: () => openCall<never>().call }) })
      world.box.post(relisted(['web']))
      await settle()
      const before = world.traced.length
      world.env.end()
      await settle()
      assert.equal(world.traced.length, before)
      await world.end()
    },
  },
  {
    name: 'loop: settled at once when nothing is going on; open Waits and timers do not count',
    run: async () => {
      const world = loopWorld({ containerd: fakeContainerd({ taskWait: () => openCall<never>().call }) })
      assert.equal(await isDone(world.loop.settled()), true)
      world.box.post(relisted(['web']))
      world.box.post({ ...exitOf('web-2'), container: containerKey('ci', 'web-2') }) // unknown: its record is asked for again and again
      await settle()
      assert.ok(world.env.clock.sleepers() > 0)
      assert.equal(await isDone(world.loop.settled()), true)
      await world.end()
    },
  },
  {
    name: 'loop: not settled while a write or a call that destroys is in flight, nor before its answer was taken',
    run: async () => {
      const hangs = openCall<DeleteResponse>()
      const containerd = fakeContainerd({ taskWait: () => openCall<never>().call, taskDelete: () => hangs.call })
      const ends: Array<() => void> = []
      const store = {
        ...memoryStore<ReaperRecord>(),
        append: () => () => new Promise<E.Either<never, void>>((resolve) => ends.push(() => resolve(E.right(undefined)))),
      }
      const world = loopWorld({ containerd, store })
      world.box.post(relisted(['web']))
      world.box.post(exitOf('web'))
      await settle()
      const settled = [world.loop.settled(), world.loop.settled()]
      assert.deepEqual([await isDone(settled[0] ?? settled[1]!), ends.length], [false, 1]) // the exit record is on its way
      ends[0]?.()
      assert.deepEqual([await isDone(settled[0]!), hangs.starts()], [false, 1])
      hangs.answer(E.right(deleted))
      assert.deepEqual([await isDone(settled[0]!), ends.length], [false, 2]) // status and announcement are
      ends[1]?.()
      assert.deepEqual([await isDone(settled[0]!), await isDone(settled[1]!)], [true, true])
      await world.end()
    },
  },
  {
    name: 'loop: the count of OOM kills is waited for, because the exit is written down only after it',
    run: async () => {
      const counting = openCall<Metric | undefined>()
      const containerd = fakeContainerd({ taskWait: () => openCall<never>().call, taskMetrics: () => counting.call })
      const world = loopWorld({ containerd })
      world.box.post(relisted(['web']))
      world.box.post({ ...exitOf('web'), code: 137 })
      await settle()
      const settled = world.loop.settled()
      world.env.stop()
      assert.equal(await isDone(settled), false)
      counting.answer(E.right(undefined))
      assert.equal(await isDone(settled), true)
      assert.equal((await world.records()).length, 1)
      await world.end()
    },
  },
  {
    name: 'loop: after two thousand containers that came, exited and went, nothing is left of them',
    run: async () => {
      const waits = new Map<string, OpenCall<WaitResponse>>()
      const containerd = fakeContainerd({
        containerGet: (_, id) => succeeds(Container.fromPartial({ id })),
        taskGet: (_, id) => succeeds(Process.fromPartial({ id, pid: 10 + Number(id.slice(4)), status: Status.RUNNING })),
        taskWait: (_, id) => {
          const wait = openCall<WaitResponse>()
          waits.set(id, wait)
          return wait.call
        },
        taskKill: () => succeeds(undefined),
        taskDelete: (_, id) => succeeds({ ...deleted, id }),
      })
      const policy = { ...defaultPolicy, rememberMs: 1_000 }
      const world = loopWorld({ containerd, policy })
      const { clock } = world.env
      for (let n = 0; n < 2_000; n += 1) {
        const container = containerKey('ci', `job-${n}`)
        const at = millis(clock.now())
        world.box.post({ _tag: 'ContainerChanged', container, at })
        world.box.post({ _tag: 'TaskStarted', container, pid: 10 + n, at })
        if (n % 100 === 0) await settle()
        world.box.post({ ...exitOf(`job-${n}`, 10 + n), at })
        if (n % 100 === 99) {
          await settle()
          for (const wait of waits.values()) wait.answer(E.right({ exitStatus: 3, exitedAt: undefined }))
          for (let m = n - 99; m <= n; m += 1) {
            world.box.post({ _tag: 'ContainerDeleted', container: containerKey('ci', `job-${m}`), at: millis(clock.now()) })
          }
          await clock.advance(100)
        }
      }
      await settle()
      assert.equal(world.env.announced.length, 2_000)
      await clock.advance(policy.rememberMs)
      world.box.post({ ...relisted([]), at: millis(clock.now()) })
      await settle()
      const { containers, graves, slots, nextSeq } = world.loop.state()
      assert.deepEqual([entries(containers).length, slots.inFlight, nextSeq], [0, 0, 2_001])
      assert.deepEqual(graves, initial('boot').graves)
      assert.deepEqual([world.env.calls.size(), clock.sleepers(), listenersLeft(world.env.signal)], [0, 0, 0])
      await world.end()
    },
  },
  {
    name: 'loop: a store that fails releases nothing and is asked again, and then the exit is announced',
    run: async () => {
      const kept = memoryStore<ReaperRecord>()
      let failures = 3
      const store = {
        ...kept,
        append: (batch: ReadonlyArray<ReaperRecord>) => () =>
          failures-- > 0 ? Promise.resolve(E.left(storeFailed('append to the store', 'no space left on device'))) : kept.append(batch)(),
      }
      const containerd = fakeContainerd({
        taskWait: () => openCall<never>().call,
        taskGet: () => succeeds(world.stopped),
        taskDelete: () => succeeds(deleted),
      })
      const world = loopWorld({ containerd, store })
      world.box.post(relisted(['web']))
      world.box.post(exitOf('web'))
      await settle()
      assert.deepEqual([world.env.announced.length, containerd.count('taskDelete')], [0, 0])
      await world.env.clock.advance(60_000)
      assert.deepEqual(world.env.announced.map(({ run, exitCode }) => [run.id, exitCode]), [['web', 3]])
      assert.equal(containerd.count('taskDelete'), 1)
      assert.equal(world.env.log.lines.filter(({ level }) => level === 'error').length, 3)
      await world.end()
    },
  },
  {
    name: 'loop: a Delete that fails is tried again after a while, and each try is asked for once',
    run: async () => {
      let tries = 0
      const containerd = fakeContainerd({
        taskWait: () => openCall<never>().call,
        taskGet: () => succeeds(world.stopped),
        taskDelete: () => {
          tries += 1
          return tries < 3 ? () => () => Promise.resolve(E.left(failed('Unknown', 'Tasks.Delete'))) : succeeds(deleted)
        },
      })
      const world = loopWorld({ containerd })
      world.box.post(relisted(['web']))
      world.box.post(exitOf('web'))
      await world.env.clock.advance(60_000)
      assert.deepEqual(world.env.announced.map(({ attempts }) => attempts), [3])
      assert.equal(tries, 3)
      await world.end()
    },
  },
]
