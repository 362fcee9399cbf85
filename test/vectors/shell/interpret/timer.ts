/** Timers: fired once, cancelled by their own id, and drawn within their bounds. */
import assert from 'node:assert/strict'
import { callId, containerOwner, sandboxKey, sandboxOwner, type SetTimer } from '../../../../core/index.ts'
import { defaultCallLimits } from '../../../../shell/env.ts'
import { listenersLeft } from '../../../../shell/task/cancellable.ts'
import { answered, call, web } from '../../../support/answered.ts'
import type { Vector } from '../../../support/property.ts'
import { testEnv } from '../../../support/shell_env.ts'
import { settle } from '../../../support/virtual_clock.ts'

const owner = containerOwner(web)
const timer = (fields: Partial<SetTimer> = {}): SetTimer => ({ _tag: 'SetTimer', owner, call, delayMs: 1_000, jitter: false, ...fields })

/** How long a timer of 1 s sleeps when the lot is `drawn`. */
const drawn = async (lot: number, jitter: number): Promise<number> => {
  const env = testEnv({ random: () => lot, limits: { ...defaultCallLimits, jitter } })
  const firing = answered(timer({ jitter: true }), env)
  const passed = await env.clock.run(10_000)
  await firing
  return passed
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'timer: it fires after its delay and not before, with the time of then',
    run: async () => {
      const env = testEnv()
      const start = env.clock.now()
      let fired = false
      const firing = answered(timer(), env).finally(() => fired = true)
      await env.clock.advance(999)
      assert.equal(fired, false)
      await env.clock.advance(1)
      assert.deepEqual(await firing, [{ _tag: 'TimerFired', owner, call, at: start + 1_000 }])
      assert.deepEqual([env.calls.size(), env.clock.sleepers(), listenersLeft(env.signal)], [0, 0, 0])
    },
  },
  {
    name: 'timer: jitter takes up to its share off the delay and adds nothing',
    run: async () => {
      assert.equal(await drawn(0, 0.2), 1_000)
      assert.equal(await drawn(0.5, 0.2), 900)
      const least = await drawn(0.999_999, 0.2)
      assert.ok(least >= 800 && least < 801, String(least))
      assert.equal(await drawn(0.9, 0), 1_000)
      assert.ok(await drawn(0.999_999, 1) >= 0)
    },
  },
  {
    name: 'timer: without jitter no lot is drawn',
    run: async () => {
      const env = testEnv({ random: () => assert.fail('a grace is exact') })
      const firing = answered(timer({ delayMs: 7_000 }), env)
      assert.equal(await env.clock.run(60_000), 7_000)
      await firing
    },
  },
  {
    name: 'timer: CancelTimer ends the one it names, which then fires no more',
    run: async () => {
      const env = testEnv()
      const firing = answered(timer(), env)
      await answered({ _tag: 'CancelTimer', owner, call: callId(6) }, env)
      await answered({ _tag: 'CancelTimer', owner: sandboxOwner(sandboxKey('ci', 'web')), call }, env)
      await answered({ _tag: 'CancelCall', container: web, call }, env)
      await settle()
      assert.equal(env.clock.sleepers(), 1)
      assert.deepEqual(await answered({ _tag: 'CancelTimer', owner, call }, env), [])
      assert.equal(await firing, undefined)
      assert.deepEqual([env.calls.size(), env.clock.sleepers()], [0, 0])
    },
  },
  {
    name: 'timer: the end of the reaper ends it, its stopping does not',
    run: async () => {
      const env = testEnv()
      const firing = answered(timer(), env)
      env.stop()
      await settle()
      assert.equal(env.clock.sleepers(), 1)
      env.end()
      assert.equal(await firing, undefined)
    },
  },
]
