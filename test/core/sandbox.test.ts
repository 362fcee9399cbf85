import t from 'tap'
import type { Effect } from '../../core/effect.ts'
import { callId, millis, nanos, sandboxKey } from '../../core/ids.ts'
import { defaultPolicy, type Policy } from '../../core/policy.ts'
import { stepSandbox } from '../../core/sandbox.ts'
import type { Sandbox, SandboxPhase } from '../../core/state.ts'

const key = sandboxKey('ci', 'pod-1')
const owner = { _tag: 'Sandbox', key } as const
type Told = Parameters<typeof stepSandbox>[1]

const started: Told = { _tag: 'SandboxStarted', sandbox: key, at: millis(0) }
const exited = (code: number, time: bigint, at = 5): Told => ({
  _tag: 'SandboxExited',
  sandbox: key,
  code,
  exitedAt: nanos(time),
  at: millis(at),
})
const settled = (call: number, ok: boolean): Told => ({
  _tag: 'PersistSettled',
  owner,
  call: callId(call),
  outcome: ok ? { _tag: 'Durable' } : { _tag: 'Failed', reason: 'Other', message: 'disk full' },
  at: millis(6),
})
const missing = (at: number): Told => ({ _tag: 'SandboxMissing', sandbox: key, at: millis(at) })
const fired = (call: number): Told => ({ _tag: 'TimerFired', owner, call: callId(call), at: millis(1_006) })

/** Each event is told with the next free number, as if every write had taken one. */
const play = (events: ReadonlyArray<Told>, policy: Policy = defaultPolicy): readonly [Sandbox | undefined, ReadonlyArray<Effect>] => {
  let sandbox: Sandbox | undefined
  let effects: ReadonlyArray<Effect> = []
  events.forEach((event, place) => {
    ;[sandbox, effects] = stepSandbox({ policy, seq: place + 1 }, event, key, sandbox)
  })
  return [sandbox, effects]
}
const phaseAfter = (events: ReadonlyArray<Told>, policy?: Policy): SandboxPhase | undefined => play(events, policy)[0]?.phase
const tags = (effects: ReadonlyArray<Effect>): ReadonlyArray<string> => effects.map(({ _tag }) => _tag)
const last: Policy = { ...defaultPolicy, sandboxExit: 'last' }

t.test('of a sandbox nobody has heard of only a start or a listing is worth remembering', async (t) => {
  for (const event of [exited(0, 1n), missing(1), settled(1, true), fired(1)]) t.strictSame(play([event]), [undefined, []])
  t.strictSame(play([started])[1], [{ _tag: 'WatchSandbox', sandbox: key, call: 1, sandboxer: '' }])
})

t.test('a write that failed is made again with a fresh number, after a delay; nothing was released before', async (t) => {
  const [waiting, effects] = play([started, exited(7, 9n), settled(2, false)])
  t.equal(waiting?.phase._tag, 'BackingOff')
  t.strictSame(effects, [{ _tag: 'SetTimer', owner, call: 3, delayMs: 1_000, jitter: true }])
  const [, again] = play([started, exited(7, 9n), settled(2, false), fired(3)])
  const [write] = again
  t.strictSame(write?._tag === 'Persist' && write.release.map(({ announcement: { seq, attempts } }) => [seq, attempts]), [[4, 2], [4, 2]])
  t.equal(phaseAfter([started, exited(7, 9n), settled(2, false), fired(3), settled(4, true)])?._tag, 'NotReady')
  t.strictSame(play([started, exited(7, 9n), settled(2, false), fired(3), settled(4, false)])[1], [
    { _tag: 'SetTimer', owner, call: 5, delayMs: 2_000, jitter: true },
  ])
})

t.test('answers and timers that are not awaited change nothing', async (t) => {
  const [recording] = play([started, exited(7, 9n)])
  t.strictSame(play([started, exited(7, 9n), settled(1, true)]), [recording, []])
  const [waiting] = play([started, exited(7, 9n), settled(2, false)])
  t.strictSame(play([started, exited(7, 9n), settled(2, false), fired(2)]), [waiting, []])
})

t.test('a better exit takes the place of an inferred one until it is being written, and not after', async (t) => {
  const codeOf = (events: ReadonlyArray<Told>) => {
    const phase = phaseAfter(events)
    return phase !== undefined && 'exit' in phase ? phase.exit.code : undefined
  }
  t.equal(codeOf([started, missing(4), missing(10_004), settled(2, false), exited(7, 9n)]), 7)
  t.equal(codeOf([started, exited(3, 9n), settled(2, false), exited(7, 9n)]), 3)
  t.equal(codeOf([started, missing(4), missing(10_004), exited(7, 9n)]), 255)
})

t.test('by policy the last exit counts: while the first is being written, while it waits, and after', async (t) => {
  t.equal(phaseAfter([started, exited(7, 9n), exited(8, 10n)], last)?._tag, 'Recording')
  const [, update] = play([started, exited(7, 9n), exited(8, 10n), settled(2, true)], last)
  t.match(update, [{ _tag: 'Persist', records: [{ exit: { code: 8 } }, { type: 'CONTAINER_UPDATED', exitCode: 8 }] }])
  // Never announced, so the later exit goes out as STOPPED.
  const [, stopped] = play([started, exited(7, 9n), exited(8, 10n), settled(2, false), fired(3)], last)
  t.match(stopped, [{ _tag: 'Persist', records: [{ exit: { code: 8 } }, { type: 'CONTAINER_STOPPED', exitCode: 8 }] }])
  const [, waited] = play([started, exited(7, 9n), settled(2, false), exited(8, 10n), fired(3)], last)
  t.match(waited, [{ _tag: 'Persist', records: [{ exit: { code: 8 } }, { type: 'CONTAINER_STOPPED' }] }])
  t.same(tags(play([started, exited(7, 9n), settled(2, true), exited(7, 9n)], last)[1]), [], 'a repeat is no later exit')
  t.same(tags(play([started, exited(7, 9n), settled(2, true), exited(8, 10n), settled(3, false), fired(4)], last)[1]), ['Persist'])
})

t.test('a sandbox that is removed is remembered while a repeat of its exit may come, then forgotten', async (t) => {
  const over = [started, exited(7, 5_000_000n), settled(2, true)]
  t.equal(phaseAfter([...over, missing(300_005)])?._tag, 'NotReady')
  t.strictSame(play([...over, missing(300_006)]), [undefined, []])
})

t.test('an id that is used again is another run; a start that comes late is not', async (t) => {
  const again = [started, exited(7, 9n), settled(2, true), started]
  t.strictSame(play(again)[1], [{ _tag: 'WatchSandbox', sandbox: key, call: 3, sandboxer: '' }])
  const [, second] = play([...again, exited(3, 20n)])
  t.match(second, [{ _tag: 'Persist', records: [{}, { type: 'CONTAINER_STOPPED', run: { generation: 2 }, exitCode: 3 }] }])
  const [late, nothing] = play([...again, exited(7, 9n)])
  t.strictSame(nothing, [])
  t.match(late, { generation: 1, phase: { _tag: 'NotReady', exit: { code: 7 }, seq: 2 } })
  t.match(
    play([...again, missing(8), missing(10_008)])[0],
    { generation: 1, phase: { _tag: 'NotReady' } },
    'and so is one that leaves no trace',
  )
})

t.test('listings of a sandbox that is over are no sign of life', async (t) => {
  const over = [started, exited(7, 9n), settled(2, true)]
  const [before] = play(over)
  t.strictSame(play([...over, { _tag: 'SandboxSeen', sandbox: key, sandboxer: 'shim', at: millis(9) }]), [before, []])
})

t.test('a sandbox that is a pause container after all is forgotten here, unless its end is being told already', async (t) => {
  const overlapped: Told = { _tag: 'SandboxOverlapped', sandbox: key, at: millis(9) }
  t.strictSame(play([started, overlapped]), [undefined, []])
  const late = play([started, exited(7, 9n), settled(2, true), started, overlapped])[0]
  t.match(late, { generation: 1, phase: { _tag: 'NotReady', exit: { code: 7 } } }, 'nor is it forgotten that it has been told')
  const failed: Told = {
    _tag: 'SandboxWatchSettled',
    sandbox: key,
    call: callId(1),
    outcome: { _tag: 'Failed', reason: 'Other', message: 'no' },
    at: millis(8),
  }
  t.strictSame(play([started, failed, overlapped]), [undefined, [{ _tag: 'CancelTimer', owner, call: 2 }]])
  const [recording] = play([started, exited(7, 9n)])
  t.strictSame(play([started, exited(7, 9n), overlapped]), [recording, []])
})
