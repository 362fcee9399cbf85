/** Waits: open for as long as it takes, bound to the pid that a Get gave, and no exit when they fail. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { callId, type Effect, nanos, sandboxKey } from '../../../../core/index.ts'
import { defaultCallLimits } from '../../../../shell/env.ts'
import { ControllerStatusResponse, ControllerWaitResponse } from '../../../../shell/proto/gen/containerd/sandbox.ts'
import { Process, Status } from '../../../../shell/proto/gen/containerd/task.ts'
import { WaitResponse } from '../../../../shell/proto/gen/containerd/tasks.ts'
import { Sandbox } from '../../../../shell/proto/gen/containerd/types.ts'
import { listenersLeft } from '../../../../shell/task/cancellable.ts'
import { withLimit } from '../../../../shell/task/limit.ts'
import { answered, call, web } from '../../../support/answered.ts'
import { failed, fails, fakeContainerd, openCall, succeeds } from '../../../support/fake_containerd.ts'
import type { Vector } from '../../../support/property.ts'
import { type TestEnv, testEnv } from '../../../support/shell_env.ts'
import { settle } from '../../../support/virtual_clock.ts'

const watch: Effect = { _tag: 'WatchTask', container: web, call }
const pod = sandboxKey('ci', 'pod')
const watchPod = (sandboxer: string): Effect => ({ _tag: 'WatchSandbox', sandbox: pod, call, sandboxer })
const task = (pid: number): Process => Process.fromPartial({ id: 'web', pid, status: Status.RUNNING })
const exited = WaitResponse.fromPartial({ exitStatus: 3, exitedAt: { seconds: 9n, nanos: 1 } })
const at = nanos(9_000_000_001n)

const outcomeIn = async (env: TestEnv, effect: Effect): Promise<unknown> => {
  const [event] = await answered(effect, env) ?? []
  return event !== undefined && 'outcome' in event ? event.outcome : event
}

const podStatus = (state: string): ControllerStatusResponse =>
  ControllerStatusResponse.fromPartial({ sandboxId: 'pod', state, exitedAt: { seconds: 9n, nanos: 1 } })
const topicBug = fails(failed('InvalidArgument', 'Controller.Wait', `envelope topic "sandboxes/exit": must start with '/'`))

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'watch: the Wait is opened first, then the task is asked for, and its pid goes with the exit',
    run: async () => {
      const wait = openCall<WaitResponse>()
      const containerd = fakeContainerd({ taskWait: () => wait.call, taskGet: () => succeeds(task(42)) })
      const env = testEnv({ containerd })
      const watching = outcomeIn(env, watch)
      await settle()
      wait.answer(E.right(exited))
      assert.deepEqual(await watching, { _tag: 'Exited', pid: 42, code: 3, exitedAt: at })
      assert.deepEqual(containerd.asked.map(({ call }) => call), ['taskWait', 'taskGet'])
      assert.deepEqual([env.calls.size(), listenersLeft(env.signal)], [0, 0])
    },
  },
  {
    name: 'watch: where nobody could say the pid, it is 0',
    run: async () => {
      for (const taskGet of [fails(failed('NotFound')), fails(failed('Unavailable')), succeeds(task(0))]) {
        const wait = openCall<WaitResponse>()
        const env = testEnv({ containerd: fakeContainerd({ taskWait: () => wait.call, taskGet: () => taskGet }) })
        const watching = outcomeIn(env, watch)
        await settle()
        wait.answer(E.right(exited))
        assert.deepEqual(await watching, { _tag: 'Exited', pid: 0, code: 3, exitedAt: at })
      }
    },
  },
  {
    name: 'watch: a Get that is answered after the Wait may speak of the next run, and does not count',
    run: async () => {
      const get = openCall<Process>()
      const env = testEnv({ containerd: fakeContainerd({ taskWait: () => succeeds(exited), taskGet: () => get.call }) })
      const outcome = await outcomeIn(env, watch)
      get.answer(E.right(task(43)))
      assert.deepEqual(outcome, { _tag: 'Exited', pid: 0, code: 3, exitedAt: at })
    },
  },
  {
    name: 'watch: a Wait may last for days, its Get may not',
    run: async () => {
      const wait = openCall<WaitResponse>()
      const get = openCall<never>()
      const env = testEnv({ containerd: fakeContainerd({ taskWait: () => wait.call, taskGet: () => get.call }) })
      const watching = outcomeIn(env, watch)
      await env.clock.advance(defaultCallLimits.loadTimeoutMs)
      assert.deepEqual([get.aborts(), wait.aborts(), env.clock.sleepers()], [1, 0, 0])
      await env.clock.advance(86_400_000)
      wait.answer(E.right(exited))
      assert.deepEqual(await watching, { _tag: 'Exited', pid: 0, code: 3, exitedAt: at })
    },
  },
  {
    name: 'watch: a failed Wait is a failure and no exit; NotFound is told as such',
    run: async () => {
      for (const errorClass of ['Disconnected', 'ShimClosed', 'Unavailable', 'Unknown'] as const) {
        const env = testEnv({
          containerd: fakeContainerd({ taskWait: () => fails(failed(errorClass)), taskGet: () => succeeds(task(42)) }),
        })
        const outcome = await outcomeIn(env, watch)
        assert.ok(typeof outcome === 'object' && outcome !== null && '_tag' in outcome && outcome._tag === 'Failed', errorClass)
      }
      const gone = testEnv({ containerd: fakeContainerd({ taskWait: () => fails(failed('NotFound')) }) })
      assert.deepEqual(await outcomeIn(gone, watch), { _tag: 'NotFound' })
    },
  },
  {
    name: 'watch: a failed Wait gives its Get up at once',
    run: async () => {
      const get = openCall<never>()
      const env = testEnv({ containerd: fakeContainerd({ taskWait: () => fails(failed('Disconnected')), taskGet: () => get.call }) })
      await outcomeIn(env, watch)
      assert.deepEqual([get.aborts(), env.clock.sleepers(), listenersLeft(env.signal)], [1, 0, 0])
    },
  },
  {
    name: 'watch: UnwatchTask, and the end, give the Wait up without an answer',
    run: async () => {
      for (const how of ['unwatch', 'end'] as const) {
        const wait = openCall<never>()
        const env = testEnv({ containerd: fakeContainerd({ taskWait: () => wait.call, taskGet: () => succeeds(task(42)) }) })
        const watching = answered(watch, env)
        await settle()
        if (how === 'end') env.end()
        else assert.deepEqual(await answered({ _tag: 'UnwatchTask', container: web, call }, env), [])
        assert.equal(await watching, undefined)
        assert.deepEqual([wait.aborts(), env.calls.size()], [1, 0])
      }
    },
  },
  {
    name: 'watch: the Gets of many Waits share the cap of the reads, the Waits do not',
    run: async () => {
      const wait = openCall<never>()
      const get = openCall<Process>()
      const containerd = fakeContainerd({ taskWait: () => wait.call, taskGet: () => get.call })
      const env = testEnv({ containerd, reads: withLimit(2) })
      for (let n = 0; n < 10; n += 1) void answered({ ...watch, call: callId(n) }, env)
      await settle()
      assert.deepEqual([wait.starts(), get.starts()], [10, 2])
      env.end()
      await settle()
    },
  },
  {
    name: 'watch: a sandbox that ends tells how',
    run: async () => {
      const containerd = fakeContainerd({ sandboxWait: () => succeeds(ControllerWaitResponse.fromPartial(exited)) })
      assert.deepEqual(await outcomeIn(testEnv({ containerd }), watchPod('podsandbox')), { _tag: 'Exited', code: 3, exitedAt: at })
      assert.deepEqual(containerd.asked, [{ call: 'sandboxWait', args: ['ci', 'pod', 'podsandbox'] }])
    },
  },
  {
    name: 'watch: the topic bug: INVALID_ARGUMENT from a sandbox that is not ready means that it ended, with a code nobody knows',
    run: async () => {
      const containerd = fakeContainerd({ sandboxWait: () => topicBug, sandboxStatus: () => succeeds(podStatus('SANDBOX_NOTREADY')) })
      const outcome = await outcomeIn(testEnv({ containerd }), watchPod('podsandbox'))
      assert.deepEqual(outcome, { _tag: 'Exited', code: undefined, exitedAt: at })
    },
  },
  {
    name: 'watch: INVALID_ARGUMENT from a sandbox that is ready, or that nobody can ask, is a failure',
    run: async () => {
      for (const sandboxStatus of [succeeds(podStatus('SANDBOX_READY')), fails(failed('Unavailable'))]) {
        const containerd = fakeContainerd({ sandboxWait: () => topicBug, sandboxStatus: () => sandboxStatus })
        const outcome = await outcomeIn(testEnv({ containerd }), watchPod('podsandbox'))
        assert.ok(typeof outcome === 'object' && outcome !== null && '_tag' in outcome && outcome._tag === 'Failed')
      }
    },
  },
  {
    name: 'watch: a containerd without sandboxes says so, and is not asked again',
    run: async () => {
      const containerd = fakeContainerd()
      const outcome = await outcomeIn(testEnv({ containerd }), watchPod('podsandbox'))
      assert.ok(typeof outcome === 'object' && outcome !== null && 'reason' in outcome && outcome.reason === 'Unimplemented')
      assert.equal(containerd.asked.length, 1)
    },
  },
  {
    name: 'watch: events do not name the controller of a sandbox, so it is looked up',
    run: async () => {
      const containerd = fakeContainerd({
        sandboxList: () => succeeds(['other', 'pod'].map((sandboxId) => Sandbox.fromPartial({ sandboxId, sandboxer: `of ${sandboxId}` }))),
        sandboxWait: () => succeeds(ControllerWaitResponse.fromPartial(exited)),
      })
      assert.deepEqual(await outcomeIn(testEnv({ containerd }), watchPod('')), { _tag: 'Exited', code: 3, exitedAt: at })
      assert.deepEqual(containerd.asked.map(({ call, args }) => [call, ...args]), [
        ['sandboxList', 'ci'],
        ['sandboxWait', 'ci', 'pod', 'of pod'],
      ])
    },
  },
  {
    name: 'watch: a sandbox that is not listed yet is a failure, to be asked for again, and not an end',
    run: async () => {
      const absent = fakeContainerd({ sandboxList: () => succeeds([]) })
      const outcome = await outcomeIn(testEnv({ containerd: absent }), watchPod(''))
      assert.ok(typeof outcome === 'object' && outcome !== null && 'reason' in outcome && outcome.reason === 'Other')
      const none = await outcomeIn(testEnv({ containerd: fakeContainerd() }), watchPod(''))
      assert.ok(typeof none === 'object' && none !== null && 'reason' in none && none.reason === 'Unimplemented')
    },
  },
  {
    name: 'watch: the end gives the Wait of a sandbox up',
    run: async () => {
      const wait = openCall<never>()
      const env = testEnv({ containerd: fakeContainerd({ sandboxWait: () => wait.call }) })
      const watching = answered(watchPod('podsandbox'), env)
      await settle()
      env.end()
      assert.equal(await watching, undefined)
    },
  },
]
