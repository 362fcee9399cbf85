import t from 'tap'
import { describeContainer, describeImage, describePhase, describeSandbox } from '../../../core/describe.ts'
import { callId, imageKey, millis, nanos, sandboxKey } from '../../../core/ids.ts'
import type { Image, Sandbox } from '../../../core/state.ts'
import { containerOf, destroying, handlingOf, runOf } from '../../support/containers.ts'

const exit = { code: 3, at: nanos(7n), rank: 'observed' } as const
const over = { _tag: 'Exited', exit, seq: 9, handlingMs: 5, attempts: 1 } as const
const running = { _tag: 'Running', watch: callId(2), rewatch: undefined, watchFailures: 0, shimClosed: false } as const

t.test('a phase says what it waits for, and what has gone wrong so far', async (t) => {
  t.equal(describePhase(running), 'Running watch=2')
  t.equal(describePhase({ ...running, watch: undefined }), 'Running unwatched')
  t.equal(
    describePhase({ _tag: 'Recorded', waitsFor: 'slot', call: callId(1), handling: handlingOf() }),
    'Recorded waiting for slot exit=3',
  )
  t.equal(describePhase(destroying('Deleting', 5)), 'Deleting call=5 exit=3')
  const handling = handlingOf({ failures: 2, lastError: 'shim unreachable' })
  const waiting = { _tag: 'BackingOff', call: callId(6), until: millis(1_040), handling, outstanding: undefined } as const
  t.equal(describePhase(waiting), 'BackingOff until=1040 exit=3 failed=2 "shim unreachable"')
  t.equal(
    describePhase({ ...waiting, outstanding: { what: 'Delete', call: callId(5), since: millis(9) } }),
    'BackingOff until=1040 exit=3 failed=2 "shim unreachable" outstanding=Delete call=5',
  )
  t.equal(
    describePhase({ _tag: 'Announced', doing: 'Cleaning', call: callId(7), since: millis(9), patience: callId(7), over, handling }),
    'Announced cleaning call=7 exit=3 failed=2 "shim unreachable"',
  )
  t.equal(describePhase(over), 'Exited exit=3 seq=9')
  t.equal(describePhase({ ...over, seq: undefined }), 'Exited exit=3')
})

t.test('a container says all its runs, oldest first', async (t) => {
  t.equal(
    describeContainer(containerOf([runOf(destroying('Deleting', 5)), { ...runOf(running, 2), oom: { _tag: 'Noted' } }])),
    'ci/web-1 known, run 1 pid=42: Deleting call=5 exit=3, run 2 pid=43 OOMKilled: Running watch=2',
  )
})

t.test('and what is known of its record', async (t) => {
  const ask = { call: callId(1), failures: 2, live: true, before: undefined } as const
  t.equal(describeContainer(containerOf([], { lookup: { _tag: 'Asked', ...ask } })), 'ci/web-1 asked call=1, no run')
  t.equal(
    describeContainer(containerOf([], { lookup: { _tag: 'AskLater', ...ask } })),
    'ci/web-1 asked again later call=1 failed=2, no run',
  )
  t.equal(describeContainer(containerOf([], { lookup: { _tag: 'NotOurs', refresh: undefined } })), 'ci/web-1 not ours, no run')
})

t.test('a sandbox', async (t) => {
  const line = (phase: Sandbox['phase']): string =>
    describeSandbox({ key: sandboxKey('ci', 'pod-1'), namespace: 'ci', id: 'pod-1', sandboxer: '', generation: 1, lastCall: 9, phase })
  const ready = {
    _tag: 'Ready',
    watch: undefined,
    rewatch: undefined,
    watchFailures: 0,
    missing: undefined,
    unwatchable: false,
    before: undefined,
  } as const
  t.equal(line(ready), 'sandbox ci/pod-1 Ready unwatched')
  t.equal(line({ ...ready, watch: callId(1) }), 'sandbox ci/pod-1 Ready watch=1')
  t.equal(
    line({ _tag: 'BackingOff', call: callId(2), exit, seenAt: millis(0), failures: 1, announced: false }),
    'sandbox ci/pod-1 BackingOff call=2 exit=3 failed=1',
  )
  t.equal(line({ _tag: 'NotReady', exit, seq: 4 }), 'sandbox ci/pod-1 NotReady exit=3 seq=4')
})

t.test('an image', async (t) => {
  const line = (work: Image['work'], digest?: string): string => describeImage({ key: imageKey('ci', 'app:1'), lastCall: 9, digest, work })
  t.equal(line({ _tag: 'Idle' }, 'sha256:1'), 'image ci/app:1 digest=sha256:1')
  t.equal(line({ _tag: 'Reading', call: callId(2), failures: 0, again: true }), 'image ci/app:1 digest=unknown Reading call=2 and again')
  t.equal(
    line({ _tag: 'BackingOff', call: callId(3), failures: 1, lastError: 'no' }),
    'image ci/app:1 digest=unknown BackingOff call=3 failed=1 "no"',
  )
})
