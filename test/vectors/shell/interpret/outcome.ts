/** What each class of error means to the core, and that being told to stop is no answer. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { containerKey, type FailureReason, millis } from '../../../../core/index.ts'
import { cancelled, type ErrorClass, storeFailed, timedOut } from '../../../../shell/errors.ts'
import { answer, failure, isNotFound, outcomeOf } from '../../../../shell/interpret/outcome.ts'
import { failed, fails, succeeds } from '../../../support/fake_containerd.ts'
import type { Vector } from '../../../support/property.ts'
import { testEnv } from '../../../support/shell_env.ts'

const reasons: ReadonlyArray<readonly [ErrorClass, FailureReason]> = [
  ['AlreadyExists', 'Other'],
  ['InvalidArgument', 'Other'],
  ['FailedPrecondition', 'Other'],
  ['Unavailable', 'Unavailable'],
  ['Disconnected', 'Disconnected'],
  ['ShimClosed', 'ShimClosed'],
  ['DeadlineExceeded', 'TimedOut'],
  ['Cancelled', 'Other'],
  ['Unimplemented', 'Unimplemented'],
  ['PermissionDenied', 'Other'],
  ['ResourceExhausted', 'Other'],
  ['Unknown', 'Other'],
]

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'outcome: every class of error is a failure of the kind that the core tells apart',
    run: async () => {
      for (const [errorClass, reason] of reasons) {
        const outcome = await outcomeOf(fails(failed(errorClass)), () => 'answered')(testEnv())()
        assert.ok(E.isRight(outcome) && typeof outcome.right === 'object' && outcome.right._tag === 'Failed', errorClass)
        assert.equal(outcome.right.reason, reason, errorClass)
        assert.match(outcome.right.message, /so said containerd/)
      }
    },
  },
  {
    name: 'outcome: NotFound is an answer of its own',
    run: async () => {
      const outcome = await outcomeOf(fails(failed('NotFound')), () => 'answered')(testEnv())()
      assert.deepEqual(outcome, E.right({ _tag: 'NotFound' }))
      assert.deepEqual([isNotFound(failed('NotFound')), isNotFound(failed('Unknown')), isNotFound(cancelled)], [true, false, false])
    },
  },
  {
    name: 'outcome: our own timer and the store are failures too',
    run: () => {
      assert.equal(failure(timedOut('Tasks.Get', 5)).reason, 'TimedOut')
      assert.equal(failure(storeFailed('append to the store', 'the disk is full')).reason, 'Other')
      assert.equal(failure(storeFailed('append to the store', 'the disk is full')).message, 'Cannot append to the store: the disk is full')
    },
  },
  {
    name: 'outcome: told to stop, nothing is answered',
    run: async () => {
      const env = testEnv()
      const outcome = outcomeOf(fails(cancelled), () => 'answered')
      assert.deepEqual(await outcome(env)(), E.left(cancelled))
      assert.deepEqual(await answer(outcome, () => assert.fail('nobody waits for it'))(env)(), E.left(cancelled))
    },
  },
  {
    name: 'outcome: an answer carries the time at which it came, not that of the question',
    run: async () => {
      const env = testEnv()
      const asked = env.clock.now()
      const late = outcomeOf(() => async () => {
        await env.clock.sleep(250, env.signal)
        return succeeds('x')(env)()
      }, (value) => value)
      const stamped: Array<number> = []
      const answering = answer(late, (_, at) => {
        stamped.push(at)
        return { _tag: 'ContainerChanged', container: containerKey('ci', 'web'), at }
      })(env)()
      await env.clock.advance(250)
      await answering
      assert.deepEqual(stamped, [millis(asked + 250)])
    },
  },
]
