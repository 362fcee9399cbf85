import t from 'tap'
import type { Exited, Handling, Phase, Recording, Running } from '../../../core/container/phase.ts'
import { callId, containerKey, millis, nanos } from '../../../core/ids.ts'
import { containerViolations } from '../../../core/invariants/container.ts'
import { attempt, containerOf, destroying, handlingOf, runOf } from '../../support/containers.ts'

const running: Running = { _tag: 'Running', watch: callId(2), rewatch: undefined, watchFailures: 0, shimClosed: false }
const exited: Exited = { _tag: 'Exited', exit: { code: 0, at: nanos(1n), rank: 'observed' }, seq: 1, handlingMs: 1, attempts: 1 }
const recorded = (waitsFor: 'disk' | 'grace' | 'turn' | 'slot', fields: Partial<Handling> = {}): Phase => (
  { _tag: 'Recorded', waitsFor, call: callId(4), handling: handlingOf(fields) }
)
const backingOff = (fields: Partial<Handling> = {}, call?: number): Phase => ({
  _tag: 'BackingOff',
  call: callId(9),
  until: millis(9),
  outstanding: call === undefined ? undefined : { what: 'Delete', call: callId(call), since: millis(1) },
  handling: handlingOf(fields),
})
const recording: Recording = { _tag: 'Recording', call: callId(6), seq: 2, later: undefined, handling: handlingOf({ goal: 'done' }) }
const announced = (doing: 'Deleting' | 'Waiting', owed = true): Phase => (
  { _tag: 'Announced', doing, call: callId(7), since: millis(1), patience: undefined, over: exited, handling: handlingOf({ owed }) }
)
const found = (...phases: ReadonlyArray<Phase>): ReadonlyArray<string> =>
  containerViolations(containerOf(phases.map((phase, i) => runOf(phase, i + 1))))

t.test('nothing is wrong with a container in any one phase', async (t) => {
  for (
    const phase of [
      running,
      exited,
      recorded('disk', { durable: false }),
      attempt('Loading', 3),
      destroying('Killing', 3),
      backingOff(),
      recording,
      announced('Waiting'),
    ]
  ) {
    t.strictSame(found(phase), [], phase._tag)
  }
  t.strictSame(found(backingOff({}, 8), recorded('turn'), running), [])
})

t.test('rule 1: nothing is done before the exit is on disk', async (t) => {
  const soon = { durable: false }
  for (
    const phase of [
      destroying('Deleting', 3, soon),
      destroying('Killing', 3, soon),
      destroying('Cleaning', 3, soon),
      attempt('Loading', 3, soon),
      backingOff(soon, 8),
    ]
  ) {
    t.match(found(phase), [/run 1 .* is acted upon before its exit is on disk/], phase._tag)
  }
  t.strictSame(found(backingOff(soon)), [])
})

t.test('rule 5: at most one destructive call is in flight, also one that outlived its attempt or came after STOPPED', async (t) => {
  t.match(found(backingOff({}, 8), destroying('Deleting', 5)), [/run 1 .* and run 2 .* have destructive calls in flight at once/])
  t.match(found(announced('Deleting'), destroying('Cleaning', 5)), [/have destructive calls in flight at once/])
  t.match(found(destroying('Killing', 3), destroying('Deleting', 5)), [/are handled at once/, /have destructive calls in flight at once/])
  t.match(found(attempt('Loading', 3), attempt('Draining', 5)), [/are handled at once/])
})

t.test('rule 8: a later run waits for the handling of an earlier one that was seen to exit before', async (t) => {
  const later = { seenAt: millis(2_000) }
  for (const phase of [recorded('slot', later), { ...recording, handling: handlingOf({ goal: 'done', ...later }) }]) {
    t.match(found(backingOff(), phase), [/run 2 .* does not wait its turn/])
  }
  t.strictSame(found(backingOff(), recorded('slot', { seenAt: millis(500) })), [], 'what exited before it is not held up')
  t.match(found(recorded('turn')), [/run 1 .* waits for a turn that is its own/])
})

t.test('runs are in the order of their generations, and none is out of those counted', async (t) => {
  const [first, second] = [runOf(running, 1), runOf(recorded('disk'), 2)]
  t.match(containerViolations(containerOf([second, first])), [/run 1 .* stands behind run 2/])
  t.match(containerViolations(containerOf([second], { lastGeneration: 1 })), [/run 2 .* is out of the 1 generations counted/])
})

t.test('a run that is over is kept only while it is the last', async (t) => {
  t.match(found(exited, running), [/run 1 .* is kept though it is over and not the last/])
})

t.test('an attempt has a deadline, and nothing else has', async (t) => {
  t.match(found(attempt('Loading', 3, { deadline: undefined })), [/run 1 .* has no deadline/])
  t.match(found(backingOff({ deadline: callId(3) })), [/run 1 .* has a deadline outside an attempt/])
})

t.test('a run is not written down as over, nor looked after when it is, without a reason', async (t) => {
  t.match(found({ ...recording, handling: handlingOf() }), [/written down as over before its task is dealt with/])
  t.match(found(announced('Waiting', false)), [/looks for a shim though nothing is owed/])
})

t.test('every call that is awaited was made, and is awaited once', async (t) => {
  t.strictSame(containerViolations(containerOf([runOf(recorded('disk'))], { probe: callId(4) })), ['ci/web-1: two calls 4 are awaited'])
  t.strictSame(containerViolations(containerOf([runOf(attempt('Loading', 21))])), [
    'ci/web-1: call 21 is awaited and was never made',
    'ci/web-1: call 21 is awaited and was never made',
  ])
  t.strictSame(containerViolations(containerOf([runOf({ ...running, rewatch: callId(9) }, 1), runOf(backingOff(), 2)])), [
    'ci/web-1: two timers 9 are awaited',
  ])
})

t.test('names fit', async (t) => {
  t.strictSame(containerViolations(containerOf([], { key: containerKey('ci', 'other') })), ['ci/other: is named ci/web-1 inside'])
  const stray = { ...runOf(running), id: { namespace: 'qa', id: 'web-1', pid: 1, generation: 1 } }
  t.strictSame(containerViolations(containerOf([stray])), ['ci/web-1: holds a run of qa/web-1'])
  t.strictSame(containerViolations(containerOf([runOf(running)], { lookup: { _tag: 'NotOurs', refresh: undefined } })), [
    'ci/web-1: is not ours, and yet its runs are kept',
  ])
})
