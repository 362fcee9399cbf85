import t from 'tap'
import type { Phase } from '../../../core/container/phase.ts'
import { callId, millis, nanos } from '../../../core/ids.ts'
import { awaitedBy } from '../../../core/invariants/awaited.ts'
import { noMetadata } from '../../../core/metadata.ts'
import type { Lookup } from '../../../core/state.ts'
import { attempt, containerOf, destroying, handlingOf, runOf } from '../../support/containers.ts'

const call = callId(5)
const handling = handlingOf()
const none = { calls: [], timers: [] }
const ofPhase = (phase: Phase) => awaitedBy(containerOf([runOf(phase)]))
const ofLookup = (lookup: Lookup) => awaitedBy(containerOf([], { lookup }))

t.test('phases wait for their call, their timer, or neither', async (t) => {
  t.strictSame(ofPhase({ _tag: 'Running', watch: callId(1), rewatch: callId(2), watchFailures: 0, shimClosed: false }), {
    calls: [1],
    timers: [2],
  })
  t.strictSame(ofPhase({ _tag: 'Examining', call, handling }), { calls: [5], timers: [] })
  for (const waitsFor of ['metadata', 'turn', 'slot'] as const) t.strictSame(ofPhase({ _tag: 'Recorded', waitsFor, call, handling }), none)
  t.strictSame(ofPhase({ _tag: 'Recorded', waitsFor: 'disk', call, handling }), { calls: [5], timers: [] })
  t.strictSame(ofPhase({ _tag: 'Recorded', waitsFor: 'grace', call, handling }), { calls: [], timers: [5] })
  for (const what of ['Loading', 'Notifying', 'Draining'] as const) t.strictSame(ofPhase(attempt(what, 5)), { calls: [5], timers: [5] })
  for (const what of ['Killing', 'Deleting', 'Cleaning'] as const) t.strictSame(ofPhase(destroying(what, 5)), { calls: [5], timers: [5] })
  const outstanding = { what: 'Delete', call: callId(3), since: millis(1) } as const
  t.strictSame(ofPhase({ _tag: 'BackingOff', call, until: millis(1), outstanding, handling }), { calls: [3], timers: [5] })
  t.strictSame(ofPhase({ _tag: 'Recording', call, seq: 1, later: undefined, handling }), { calls: [5], timers: [] })
  const over = { _tag: 'Exited', exit: { code: 0, at: nanos(1n), rank: 'observed' }, seq: 1, handlingMs: 1, attempts: 1 } as const
  const announced = { _tag: 'Announced', call, since: millis(1), patience: undefined, over, handling } as const
  t.strictSame(ofPhase({ ...announced, doing: 'Waiting' }), { calls: [], timers: [5] })
  t.strictSame(ofPhase({ ...announced, doing: 'Loading' }), { calls: [5], timers: [] })
  t.strictSame(ofPhase({ ...announced, doing: 'Deleting', patience: callId(6) }), { calls: [5], timers: [6] })
  t.strictSame(ofPhase(over), none)
})

t.test('so do look-ups, probes and the writes of OOM kills', async (t) => {
  t.strictSame(ofLookup({ _tag: 'Asked', call, failures: 0, live: true, before: undefined }), { calls: [5], timers: [] })
  t.strictSame(ofLookup({ _tag: 'AskLater', call, failures: 0, live: true, before: undefined }), { calls: [], timers: [5] })
  t.strictSame(ofLookup({ _tag: 'Known', metadata: noMetadata, refresh: call }), { calls: [5], timers: [] })
  t.strictSame(ofLookup({ _tag: 'NotOurs', refresh: call }), { calls: [5], timers: [] })
  t.strictSame(ofLookup({ _tag: 'Deleted', metadata: noMetadata }), none)
  t.strictSame(awaitedBy(containerOf([], { probe: call })), { calls: [5], timers: [] })
  const recorded: Phase = { _tag: 'Recorded', waitsFor: 'slot', call, handling }
  for (const waiting of [true, false]) {
    const oom = { _tag: 'Writing', call, failures: 0, waiting } as const
    t.strictSame(awaitedBy(containerOf([{ ...runOf(recorded), oom }])), waiting ? { calls: [], timers: [5] } : { calls: [5], timers: [] })
  }
})
