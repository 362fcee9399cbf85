/** Reads: limited in time, in number, and asked again while the connection is being made. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { containerKey, type Effect, imageKey, nanos } from '../../../../core/index.ts'
import type { Call } from '../../../../shell/containerd/client.ts'
import { defaultCallLimits } from '../../../../shell/env.ts'
import { interpret } from '../../../../shell/interpret/interpret.ts'
import { narrowed } from '../../../../shell/interpret/read.ts'
import { Container } from '../../../../shell/proto/gen/containerd/containers.ts'
import { Metrics } from '../../../../shell/proto/gen/containerd/cgroups2.ts'
import { Image } from '../../../../shell/proto/gen/containerd/images.ts'
import { Process, Status } from '../../../../shell/proto/gen/containerd/task.ts'
import type { Metric } from '../../../../shell/proto/gen/containerd/types.ts'
import { withLimit } from '../../../../shell/task/limit.ts'
import { listenersLeft } from '../../../../shell/task/cancellable.ts'
import { answered, atStart, call, web } from '../../../support/answered.ts'
import { failed, fails, fakeContainerd, inTurn, openCall, succeeds } from '../../../support/fake_containerd.ts'
import type { Vector } from '../../../support/property.ts'
import { type TestEnv, testEnv } from '../../../support/shell_env.ts'
import { settle } from '../../../support/virtual_clock.ts'

const load: Effect = { _tag: 'LoadTask', container: web, call }
const look: Effect = { _tag: 'LoadContainer', container: web, call }
const count: Effect = { _tag: 'ReadOomKills', container: web, call }
const busybox = imageKey('ci', 'docker.io/library/busybox:1')
const refresh: Effect = { _tag: 'RefreshImage', image: busybox, call }

const task = Process.fromPartial({ id: 'web', pid: 42, status: Status.STOPPED, exitStatus: 3, exitedAt: { seconds: 9n, nanos: 0 } })
const record = Container.fromPartial({ id: 'web', sandbox: 'pod' })
const metadata = { sandboxId: 'pod', kind: 'container', ownPidNamespace: false }
const metric = (kills: bigint): Metric => ({
  timestamp: undefined,
  id: 'web',
  data: {
    typeUrl: 'io.containerd.cgroups.v2.Metrics',
    value: Metrics.encode(Metrics.fromPartial({ memoryEvents: { oomKill: kills } })).finish(),
  },
})

/** The outcome of an effect in this world, whatever it takes in (virtual) time. */
const outcomeIn = async (env: TestEnv, effect: Effect): Promise<unknown> => {
  const answering = answered(effect, env)
  await env.clock.run(600_000)
  const [event] = await answering ?? []
  return event !== undefined && 'outcome' in event ? event.outcome : event
}

const lost = fails(failed('Disconnected'))

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'read: LoadTask answers with the task as it is',
    run: async () => {
      const env = testEnv({ containerd: fakeContainerd({ taskGet: () => succeeds(task) }) })
      const outcome = { _tag: 'Stopped', pid: 42, code: 3, exitedAt: nanos(9_000_000_000n) } as const
      assert.deepEqual(await answered(load, env), [{ _tag: 'LoadSettled', container: web, call, outcome, at: atStart(env) }])
    },
  },
  {
    name: 'read: what containerd refuses is told and not asked again',
    run: async () => {
      for (const errorClass of ['NotFound', 'Unavailable', 'ShimClosed', 'DeadlineExceeded', 'PermissionDenied', 'Unknown'] as const) {
        const containerd = fakeContainerd({ taskGet: () => fails(failed(errorClass)) })
        const env = testEnv({ containerd })
        const outcome = await outcomeIn(env, load)
        assert.equal(
          typeof outcome === 'object' && outcome !== null && '_tag' in outcome && outcome._tag,
          errorClass === 'NotFound' ? 'NotFound' : 'Failed',
        )
        assert.equal(containerd.count('taskGet'), 1, errorClass)
      }
    },
  },
  {
    name: 'read: while the connection is being made it is asked again, four times within a second and a half',
    run: async () => {
      const containerd = fakeContainerd({ taskGet: () => lost })
      const env = testEnv({ containerd })
      const start = env.clock.monotonic()
      const answering = answered(load, env)
      await env.clock.run(600_000)
      assert.ok(env.clock.monotonic() - start <= 1_500)
      const [event] = await answering ?? []
      assert.ok(event?._tag === 'LoadSettled' && event.outcome._tag === 'Failed' && event.outcome.reason === 'Disconnected')
      assert.equal(containerd.count('taskGet'), 5)
    },
  },
  {
    name: 'read: a connection that comes back is used',
    run: async () => {
      const answers: Call<Process> = inTurn<Process>(lost, lost, succeeds(task))
      const containerd = fakeContainerd({ taskGet: () => answers })
      const outcome = await outcomeIn(testEnv({ containerd }), load)
      assert.deepEqual(outcome, { _tag: 'Stopped', pid: 42, code: 3, exitedAt: 9_000_000_000n })
      assert.equal(containerd.count('taskGet'), 3)
    },
  },
  {
    name: 'read: one that gets no answer is cut off when its time is up, and is not asked again',
    run: async () => {
      for (const effect of [load, look, refresh]) {
        const hangs = openCall<never>()
        const containerd = fakeContainerd({ taskGet: () => hangs.call, containerGet: () => hangs.call, imageGet: () => hangs.call })
        const env = testEnv({ containerd })
        const answering = answered(effect, env)
        await env.clock.advance(defaultCallLimits.loadTimeoutMs - 1)
        assert.equal(hangs.aborts(), 0)
        await env.clock.advance(1)
        const [event] = await answering ?? []
        assert.ok(event !== undefined && 'outcome' in event && event.outcome._tag === 'Failed' && event.outcome.reason === 'TimedOut')
        assert.deepEqual([hangs.starts(), hangs.aborts(), env.clock.sleepers(), listenersLeft(env.signal)], [1, 1, 0, 0])
      }
    },
  },
  {
    name: 'read: the end of the reaper ends it without an answer, also in the wait before the next try',
    run: async () => {
      const hangs = openCall<never>()
      const inCall = testEnv({ containerd: fakeContainerd({ taskGet: () => hangs.call }) })
      const first = interpret(load)(inCall)()
      inCall.end()
      assert.ok(E.isLeft(await first))
      const inWait = testEnv({ containerd: fakeContainerd({ taskGet: () => lost }) })
      const second = interpret(load)(inWait)()
      await settle()
      inWait.end()
      await second
      assert.equal(inWait.clock.sleepers(), 0)
    },
  },
  {
    name: 'read: only so many at once; the wait for a turn takes nothing off the time of the call',
    run: async () => {
      const hangs = openCall<Process>()
      const containerd = fakeContainerd({ taskGet: () => hangs.call })
      const env = testEnv({ containerd, reads: withLimit(2) })
      const answers = ['a', 'b', 'c'].map((id) => answered({ ...load, container: containerKey('ci', id) }, env))
      await settle()
      assert.equal(hangs.starts(), 2)
      await env.clock.advance(defaultCallLimits.loadTimeoutMs) // the first two run out
      assert.equal(hangs.starts(), 3)
      await env.clock.advance(defaultCallLimits.loadTimeoutMs - 1)
      hangs.answer(E.right(task))
      const [event] = await answers[2] ?? []
      assert.ok(event?._tag === 'LoadSettled' && event.outcome._tag === 'Stopped')
    },
  },
  {
    name: 'read: a container is described by its record; without selectors every one is ours',
    run: async () => {
      const containerd = fakeContainerd({ containerGet: () => succeeds(record) })
      const env = testEnv({ containerd })
      const outcome = { _tag: 'Found', metadata } as const
      assert.deepEqual(await answered(look, env), [{ _tag: 'ContainerSettled', container: web, call, outcome, at: atStart(env) }])
      assert.deepEqual(containerd.asked, [{ call: 'containerGet', args: ['ci', 'web'] }])
    },
  },
  {
    name: 'read: with selectors containerd is asked whether one of them matches',
    run: async () => {
      const selectors = ['labels.team==a', 'labels."b.c"~=^x$']
      const answers = [[record], []].map((found) =>
        fakeContainerd({ containerGet: () => succeeds(record), containerList: () => succeeds(found) })
      )
      const [ours, theirs] = answers
      assert.deepEqual(await outcomeIn(testEnv({ containerd: ours ?? fakeContainerd(), selectors }), look), { _tag: 'Found', metadata })
      assert.deepEqual(await outcomeIn(testEnv({ containerd: theirs ?? fakeContainerd(), selectors }), look), { _tag: 'NotOurs' })
      assert.deepEqual(ours?.asked[1], { call: 'containerList', args: ['ci', ['labels.team==a,id==web', 'labels."b.c"~=^x$,id==web']] })
      assert.deepEqual(narrowed([], 'web'), [])
    },
  },
  {
    name: 'read: a record that is gone, and a match that cannot be asked, are told apart',
    run: async () => {
      const gone = fakeContainerd({ containerGet: () => fails(failed('NotFound')) })
      assert.deepEqual(await outcomeIn(testEnv({ containerd: gone, selectors: ['id==web'] }), look), { _tag: 'NotFound' })
      assert.equal(gone.count('containerList'), 0)
      const mute = fakeContainerd({ containerGet: () => succeeds(record), containerList: () => fails(failed('Unavailable')) })
      const outcome = await outcomeIn(testEnv({ containerd: mute, selectors: ['id==web'] }), look)
      assert.ok(typeof outcome === 'object' && outcome !== null && 'reason' in outcome && outcome.reason === 'Unavailable')
    },
  },
  {
    name: 'read: OOM kills are counted; where there is no count, that is a failure and never "not found"',
    run: async () => {
      const counted = fakeContainerd({ taskMetrics: () => succeeds(metric(2n)) })
      assert.deepEqual(await outcomeIn(testEnv({ containerd: counted }), count), { _tag: 'Counted', kills: 2n })
      const answers: ReadonlyArray<Call<Metric | undefined>> = [
        succeeds(undefined),
        succeeds({ timestamp: undefined, id: 'web', data: undefined }),
        fails(failed('NotFound')),
        lost,
      ]
      for (const taskMetrics of answers) {
        const containerd = fakeContainerd({ taskMetrics: () => taskMetrics })
        const outcome = await outcomeIn(testEnv({ containerd }), count)
        assert.ok(typeof outcome === 'object' && outcome !== null && '_tag' in outcome && outcome._tag === 'Failed')
        assert.equal(containerd.count('taskMetrics'), 1, 'an exit waits for it, so it is asked once')
      }
    },
  },
  {
    name: 'read: the count is bounded as a whole, the wait for a turn included',
    run: async () => {
      const hangs = openCall<never>()
      const containerd = fakeContainerd({ taskGet: () => hangs.call, taskMetrics: () => succeeds(metric(1n)) })
      const env = testEnv({ containerd, reads: withLimit(1) })
      void answered(load, env)
      const counting = answered(count, env)
      await env.clock.advance(defaultCallLimits.oomReadTimeoutMs)
      const [event] = await counting ?? []
      assert.ok(event?._tag === 'OomKillsSettled' && event.outcome._tag === 'Failed' && event.outcome.reason === 'TimedOut')
      assert.equal(containerd.count('taskMetrics'), 0)
      env.end()
    },
  },
  {
    name: 'read: an image is known by its digest; one without a target has none',
    run: async () => {
      const image = Image.fromPartial({ name: 'x', target: { digest: 'sha256:1' } })
      const env = testEnv({ containerd: fakeContainerd({ imageGet: () => succeeds(image) }) })
      const outcome = { _tag: 'Found', digest: 'sha256:1' } as const
      assert.deepEqual(await answered(refresh, env), [{ _tag: 'ImageSettled', image: busybox, call, outcome, at: atStart(env) }])
      const bare = fakeContainerd({ imageGet: () => succeeds({ ...image, target: undefined }) })
      assert.deepEqual(await outcomeIn(testEnv({ containerd: bare }), refresh), { _tag: 'Found', digest: '' })
      assert.deepEqual(bare.asked, [{ call: 'imageGet', args: ['ci', 'docker.io/library/busybox:1'] }])
      const gone = fakeContainerd({ imageGet: () => fails(failed('NotFound')) })
      assert.deepEqual(await outcomeIn(testEnv({ containerd: gone }), refresh), { _tag: 'NotFound' })
    },
  },
]
