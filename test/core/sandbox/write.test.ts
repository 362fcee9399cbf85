import t from 'tap'
import { millis, nanos, sandboxKey } from '../../../core/ids.ts'
import { defaultPolicy } from '../../../core/policy.ts'
import { exitReport, isRepeat, putOff, writeEnd } from '../../../core/sandbox/write.ts'
import type { Sandbox, SandboxEnding } from '../../../core/state.ts'

const key = sandboxKey('ci', 'pod-1')
const exit = exitReport(7, nanos(9n), millis(1))
const ending: SandboxEnding = { exit, seenAt: millis(1), failures: 0, announced: false }
const sandbox: Sandbox = {
  key,
  namespace: 'ci',
  id: 'pod-1',
  sandboxer: '',
  generation: 2,
  lastCall: 4,
  phase: { _tag: 'NotReady', exit, seq: 1 },
}

t.test('V53: a report without a code is inferred, one without a time took place when it was heard', async (t) => {
  t.strictSame(exitReport(0, undefined, millis(2)), { code: 0, at: 2_000_000n, rank: 'observed' })
  t.strictSame(exitReport(undefined, nanos(3n), millis(2)), { code: 255, at: 3n, rank: 'inferred' })
})

t.test('a repeat says no more than what is known', async (t) => {
  t.ok(isRepeat({ code: 7, exitedAt: nanos(9n) }, exit))
  t.ok(isRepeat({ code: 7, exitedAt: undefined }, exit))
  t.notOk(isRepeat({ code: 8, exitedAt: nanos(9n) }, exit))
  t.notOk(isRepeat({ code: 7, exitedAt: nanos(10n) }, exit))
})

t.test('STOPPED rides in the write of the status, and is told to those who wait for the end too', async (t) => {
  const [next, effects] = writeEnd({ policy: defaultPolicy, seq: 12 }, sandbox, ending, millis(5))
  t.match(next, { lastCall: 5, phase: { _tag: 'Recording', call: 5, seq: 12 } })
  t.match(effects, [{
    _tag: 'Persist',
    call: 5,
    records: [{ _tag: 'SandboxRecord', exit }, { seq: 12, type: 'CONTAINER_STOPPED', run: { pid: 0, generation: 2 }, handlingMs: 4 }],
    release: [{ _tag: 'SignalStopped' }, { _tag: 'EmitContainerEvent' }],
  }])
})

t.test('a change of it is announced, and nobody is told of an end that was told before', async (t) => {
  const [, effects] = writeEnd({ policy: defaultPolicy, seq: 12 }, sandbox, { ...ending, announced: true }, millis(5))
  t.match(effects, [{ records: [{}, { type: 'CONTAINER_UPDATED' }] }])
  t.strictSame(effects.flatMap((effect) => (effect._tag === 'Persist' ? effect.release.map(({ _tag }) => _tag) : [])), [
    'EmitContainerEvent',
  ])
})

t.test('what failed is put off by the back-off', async (t) => {
  const [next, effects] = putOff({ policy: defaultPolicy, seq: 12 }, sandbox, { ...ending, failures: 3 })
  t.match(next, { phase: { _tag: 'BackingOff', call: 5, failures: 3 } })
  t.strictSame(effects, [{ _tag: 'SetTimer', owner: { _tag: 'Sandbox', key }, call: 5, delayMs: 4_000, jitter: true }])
})
