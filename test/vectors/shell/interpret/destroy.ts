/** Calls that destroy: asked once, under no limit, and cut off only by `CancelCall` and the very end. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { callId, containerKey, type Effect, type Failure, nanos } from '../../../../core/index.ts'
import type { Call } from '../../../../shell/containerd/client.ts'
import type { ErrorClass } from '../../../../shell/errors.ts'
import { DeleteResponse } from '../../../../shell/proto/gen/containerd/tasks.ts'
import { listenersLeft } from '../../../../shell/task/cancellable.ts'
import { answered, atStart, call, web } from '../../../support/answered.ts'
import { failed, fails, type FakeContainerd, fakeContainerd, openCall, succeeds } from '../../../support/fake_containerd.ts'
import type { Vector } from '../../../support/property.ts'
import { testEnv } from '../../../support/shell_env.ts'
import { settle } from '../../../support/virtual_clock.ts'

const kill: Effect = { _tag: 'KillTask', container: web, call }
const remove: Effect = { _tag: 'DeleteTask', container: web, call }
const cleanUp: Effect = { _tag: 'CleanUpTask', container: web, call }
const destructive = [kill, remove, cleanUp]

/** A containerd whose destructive calls all end like this. */
const destroyed = (answer: Call<never>): FakeContainerd => fakeContainerd({ taskKill: () => answer, taskDelete: () => answer })

const deletedResponse = DeleteResponse.fromPartial({ id: 'web', pid: 42, exitStatus: 3, exitedAt: { seconds: 9n, nanos: 5 } })

const failedAs = (errorClass: ErrorClass): Failure['reason'] =>
  errorClass === 'Unavailable' || errorClass === 'Disconnected' || errorClass === 'ShimClosed' || errorClass === 'Unimplemented'
    ? errorClass
    : errorClass === 'DeadlineExceeded'
    ? 'TimedOut'
    : 'Other'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'destroy: a Kill that is done, and one that came too late, have left nothing',
    run: async () => {
      for (const answer of [succeeds(undefined), fails(failed('NotFound')), fails(failed('FailedPrecondition'))]) {
        const env = testEnv({ containerd: fakeContainerd({ taskKill: () => answer }) })
        assert.deepEqual(await answered(kill, env), [{
          _tag: 'KillSettled',
          container: web,
          call,
          outcome: { _tag: 'Gone' },
          at: atStart(env),
        }])
      }
    },
  },
  {
    name: 'destroy: a Delete tells code and time as the shim knew them',
    run: async () => {
      const env = testEnv({ containerd: fakeContainerd({ taskDelete: () => succeeds(deletedResponse) }) })
      const outcome = { _tag: 'Deleted', code: 3, exitedAt: nanos(9_000_000_005n) } as const
      assert.deepEqual(await answered(remove, env), [{ _tag: 'DeleteSettled', container: web, call, outcome, at: atStart(env) }])
    },
  },
  {
    name: 'destroy: a clean-up that worked, and NotFound of Delete and clean-up, are told as they are',
    run: async () => {
      const fine = testEnv({ containerd: fakeContainerd({ taskDelete: () => succeeds(deletedResponse) }) })
      assert.deepEqual(await answered(cleanUp, fine), [
        { _tag: 'CleanUpSettled', container: web, call, outcome: { _tag: 'CleanedUp' }, at: atStart(fine) },
      ])
      for (const effect of [remove, cleanUp]) {
        const [event] = await answered(effect, testEnv({ containerd: destroyed(fails(failed('NotFound'))) })) ?? []
        assert.ok(event !== undefined && 'outcome' in event)
        assert.deepEqual(event.outcome, { _tag: 'NotFound' })
      }
    },
  },
  {
    name: 'destroy: a failure is told by its reason and is never tried again by the shell',
    run: async () => {
      for (const errorClass of ['Disconnected', 'Unavailable', 'ShimClosed', 'DeadlineExceeded', 'Unimplemented', 'Unknown'] as const) {
        for (const effect of destructive) {
          const containerd = destroyed(fails(failed(errorClass)))
          const env = testEnv({ containerd })
          const answering = answered(effect, env)
          await env.clock.run(3_600_000)
          const [event] = await answering ?? []
          assert.ok(event !== undefined && 'outcome' in event && event.outcome._tag === 'Failed')
          assert.equal(event.outcome.reason, failedAs(errorClass))
          assert.equal(containerd.asked.length, 1, `${effect._tag} ${errorClass}`)
        }
      }
    },
  },
  {
    name: 'destroy: the call goes to the container it names, and only there',
    run: async () => {
      const containerd = fakeContainerd({ taskKill: () => succeeds(undefined), taskDelete: () => succeeds(deletedResponse) })
      for (const effect of destructive) await answered(effect, testEnv({ containerd }))
      assert.deepEqual(containerd.asked, [
        { call: 'taskKill', args: ['ci', 'web'] },
        { call: 'taskDelete', args: ['ci', 'web'] },
        { call: 'taskDelete', args: ['ci', 'web'] },
      ])
    },
  },
  {
    name: 'destroy: a call that hangs for a day is neither cut off nor repeated, nor does a timer watch it',
    run: async () => {
      for (const effect of destructive) {
        const hangs = openCall<never>()
        const env = testEnv({ containerd: destroyed(hangs.call) })
        let over = false
        const answering = answered(effect, env).finally(() => over = true)
        await env.clock.advance(86_400_000)
        assert.deepEqual([over, hangs.starts(), hangs.aborts(), env.clock.sleepers()], [false, 1, 0, 0], effect._tag)
        hangs.answer(E.left(failed('NotFound')))
        await answering
        assert.deepEqual([env.calls.size(), listenersLeft(env.signal)], [0, 0])
      }
    },
  },
  {
    name: 'destroy: CancelCall cuts off the call it names; its answer does not come',
    run: async () => {
      for (const effect of destructive) {
        const hangs = openCall<never>()
        const env = testEnv({ containerd: destroyed(hangs.call) })
        const answering = answered(effect, env)
        await answered({ _tag: 'CancelCall', container: web, call: callId(6) }, env)
        await answered({ _tag: 'CancelCall', container: containerKey('ci', 'web-2'), call }, env)
        await answered({ _tag: 'CancelTimer', owner: { _tag: 'Container', key: web }, call }, env)
        await settle()
        assert.equal(hangs.aborts(), 0)
        assert.deepEqual(await answered({ _tag: 'CancelCall', container: web, call }, env), [])
        assert.equal(await answering, undefined)
        assert.equal(hangs.aborts(), 1)
      }
    },
  },
  {
    name: 'destroy: while stopping nothing new is begun, and what was begun goes on until the end',
    run: async () => {
      for (const effect of destructive) {
        const hangs = openCall<never>()
        const containerd = destroyed(hangs.call)
        const env = testEnv({ containerd })
        const begun = answered(effect, env)
        await settle()
        env.stop()
        assert.equal(await answered({ ...effect, call: callId(8) }, env), undefined)
        assert.deepEqual([containerd.asked.length, hangs.aborts()], [1, 0])
        env.end()
        assert.equal(await begun, undefined)
        assert.equal(hangs.aborts(), 1)
      }
    },
  },
  {
    name: 'destroy: a dry run says what it would do, does nothing, and goes on as if it had',
    run: async () => {
      const containerd = fakeContainerd()
      const env = testEnv({ containerd, dryRun: true })
      const outcomes: Array<unknown> = []
      for (const effect of destructive) {
        const [event] = await answered(effect, env) ?? []
        if (event !== undefined && 'outcome' in event) outcomes.push(event.outcome._tag)
      }
      assert.deepEqual(outcomes, ['Gone', 'Deleted', 'CleanedUp'])
      assert.deepEqual(containerd.asked, [])
      assert.deepEqual(env.log.lines.map(({ level, msg, fields }) => [level, msg, fields]), [
        ['result', 'would kill what is left of the task', { namespace: 'ci', id: 'web' }],
        ['result', 'would delete the task', { namespace: 'ci', id: 'web' }],
        ['result', 'would shut a leaked shim down', { namespace: 'ci', id: 'web' }],
      ])
    },
  },
]
