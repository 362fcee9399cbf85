import t from 'tap'
import type { FailureReason, SandboxWatchSettled } from '../../../core/answer.ts'
import type { Effect } from '../../../core/effect.ts'
import { callId, millis, nanos, sandboxKey } from '../../../core/ids.ts'
import { defaultPolicy } from '../../../core/policy.ts'
import { stepSandbox } from '../../../core/sandbox.ts'
import type { Sandbox } from '../../../core/state.ts'

const key = sandboxKey('ci', 'pod-1')
const owner = { _tag: 'Sandbox', key } as const
type Told = Parameters<typeof stepSandbox>[1]

const seen = (sandboxer = 'podsandbox'): Told => ({ _tag: 'SandboxSeen', sandbox: key, sandboxer, at: millis(1) })
const watchEnds = (call: number, outcome: SandboxWatchSettled['outcome']): Told => (
  { _tag: 'SandboxWatchSettled', sandbox: key, call: callId(call), outcome, at: millis(8) }
)
const failed = (call: number, reason: FailureReason): Told => watchEnds(call, { _tag: 'Failed', reason, message: 'no' })
const missing: Told = { _tag: 'SandboxMissing', sandbox: key, at: millis(8) }
const missingLater: Told = { ...missing, at: millis(10_008) }
const fired = (call: number): Told => ({ _tag: 'TimerFired', owner, call: callId(call), at: millis(9) })

const play = (events: ReadonlyArray<Told>): readonly [Sandbox | undefined, ReadonlyArray<Effect>] => {
  let sandbox: Sandbox | undefined
  let effects: ReadonlyArray<Effect> = []
  for (const event of events) [sandbox, effects] = stepSandbox({ policy: defaultPolicy, seq: 1 }, event, key, sandbox)
  return [sandbox, effects]
}
const watch = (call: number, sandboxer = 'podsandbox') => ({ _tag: 'WatchSandbox', sandbox: key, call, sandboxer })
const recorded = (events: ReadonlyArray<Told>) => {
  const phase = play(events)[0]?.phase
  return phase?._tag === 'Recording' ? phase.exit : undefined
}

t.test('one Wait is kept open, however often the sandbox is seen', async (t) => {
  t.strictSame(play([seen()])[1], [watch(1)])
  t.strictSame(play([seen(), seen(), { _tag: 'SandboxStarted', sandbox: key, at: millis(2) }])[1], [])
})

t.test('the end of the Wait is the exit of the sandbox', async (t) => {
  t.strictSame(recorded([seen(), watchEnds(1, { _tag: 'Exited', code: 3, exitedAt: nanos(7n) })]), { code: 3, at: 7n, rank: 'observed' })
  t.equal(recorded([seen(), watchEnds(2, { _tag: 'Exited', code: 3, exitedAt: nanos(7n) })]), undefined, 'but not of another one')
})

t.test('an end without a code, or without a trace, is inferred: 255, when we heard of it', async (t) => {
  const inferred = { code: 255, at: 8_000_000n, rank: 'inferred' }
  t.strictSame(recorded([seen(), watchEnds(1, { _tag: 'Exited', code: undefined, exitedAt: undefined })]), inferred)
  t.strictSame(recorded([seen(), watchEnds(1, { _tag: 'Exited', code: undefined, exitedAt: nanos(7n) })]), { ...inferred, at: 7n })
  t.strictSame(recorded([seen(), watchEnds(1, { _tag: 'NotFound' })]), inferred)
  t.strictSame(recorded([seen(), missing, missingLater]), { ...inferred, at: 10_008_000_000n })
})

t.test('a listing that does not show it may be older than the start, and so may the next: missed for long it has ended', async (t) => {
  t.equal(recorded([seen(), missing, missing]), undefined)
  t.strictSame(play([seen(), missing])[1], [], 'the Wait that is open says it better')
  t.equal(recorded([seen(), missing, seen(), missingLater]), undefined)
  t.strictSame(play([seen(), failed(1, 'Disconnected'), missing])[1], [watch(2)])
  t.strictSame(play([seen(), failed(1, 'Unimplemented'), missing])[1], [])
})

t.test('a Wait that fails is not an end: it is opened again after a delay that grows', async (t) => {
  for (const reason of ['Unavailable', 'ShimClosed', 'TimedOut', 'Other'] as const) {
    const timer = (call: number, delayMs: number) => ({ _tag: 'SetTimer', owner, call, delayMs, jitter: true })
    t.strictSame(play([seen(), failed(1, reason)])[1], [timer(2, 1_000)])
    t.strictSame(play([seen(), failed(1, reason), seen()])[1], [], 'a listing does not hurry it')
    t.strictSame(play([seen(), failed(1, reason), fired(2)])[1], [watch(3)])
    t.strictSame(play([seen(), failed(1, reason), fired(2), failed(3, reason)])[1], [timer(4, 2_000)])
    t.strictSame(play([seen(), failed(1, reason), fired(2), seen(), failed(3, reason)])[1], [timer(4, 1_000)], 'one that held counts')
  }
  t.strictSame(play([seen(), failed(1, 'Other'), fired(1)])[1], [])
})

t.test('when containerd goes away nothing is tried: the listing after it comes back opens the Wait again', async (t) => {
  t.strictSame(play([seen(), failed(1, 'Disconnected')])[1], [])
  t.strictSame(play([seen(), failed(1, 'Disconnected'), seen()])[1], [watch(2)])
})

t.test('a controller without Wait is not asked again, until it is another one', async (t) => {
  t.strictSame(play([seen(), failed(1, 'Unimplemented')])[1], [])
  t.strictSame(play([seen(), failed(1, 'Unimplemented'), seen()])[1], [])
  t.strictSame(play([seen(), failed(1, 'Unimplemented'), seen('shim')])[1], [watch(2, 'shim')])
})

t.test('an exit stops the timer of the Wait', async (t) => {
  const exited: Told = { _tag: 'SandboxExited', sandbox: key, code: 0, exitedAt: nanos(7n), at: millis(9) }
  const [, effects] = play([seen(), failed(1, 'Other'), exited])
  t.match(effects, [{ _tag: 'CancelTimer', owner, call: 2 }, { _tag: 'Persist', call: 3 }])
})

t.test('a late answer to a write of an earlier life is not for this one', async (t) => {
  const [before] = play([seen()])
  t.strictSame(play([seen(), { _tag: 'PersistSettled', owner, call: callId(1), outcome: { _tag: 'Durable' }, at: millis(2) }]), [
    before,
    [],
  ])
})

t.test('an exit from before the last end was known is a late word of that end, and the start between was late too', async (t) => {
  const started: Told = { _tag: 'SandboxStarted', sandbox: key, at: millis(20) }
  const exited = (ns: bigint): Told => ({ _tag: 'SandboxExited', sandbox: key, code: 0, exitedAt: nanos(ns), at: millis(30) })
  // The Wait gave no time, so the end has that of its receipt, 8 ms.
  const over: ReadonlyArray<Told> = [
    seen(),
    watchEnds(1, { _tag: 'Exited', code: undefined, exitedAt: undefined }),
    { _tag: 'PersistSettled', owner, call: callId(2), outcome: { _tag: 'Durable' }, at: millis(9) },
    started,
  ]
  const [late, effects] = play([...over, exited(7_000_000n)])
  t.match(late, { generation: 1, phase: { _tag: 'NotReady', exit: { code: 255 } } })
  t.strictSame(effects, [])
  t.equal(recorded([...over, exited(8_698_702n)]), undefined, 'nor is one of the same millisecond')
  t.strictSame(recorded([...over, exited(21_000_000n)]), { code: 0, at: 21_000_000n, rank: 'observed' })
})
