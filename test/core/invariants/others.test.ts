import t from 'tap'
import { callId, imageKey, nanos, sandboxKey } from '../../../core/ids.ts'
import { imageViolations, sandboxViolations } from '../../../core/invariants/others.ts'
import type { Sandbox } from '../../../core/state.ts'

const exit = { code: 3, at: nanos(7n), rank: 'observed' } as const
const ready = {
  _tag: 'Ready',
  watch: callId(1),
  rewatch: undefined,
  watchFailures: 0,
  missing: undefined,
  unwatchable: false,
  before: undefined,
} as const
const found = (phase: Sandbox['phase'], fields: Partial<Sandbox> = {}): ReadonlyArray<string> =>
  sandboxViolations({
    key: sandboxKey('ci', 'pod-1'),
    namespace: 'ci',
    id: 'pod-1',
    sandboxer: '',
    generation: 1,
    lastCall: 2,
    phase,
    ...fields,
  })

t.test('a sandbox waits for what it asked, in one way, under its own name', async (t) => {
  t.strictSame(found(ready), [])
  t.strictSame(found({ ...ready, watch: callId(3) }), ['sandbox ci/pod-1: call 3 is awaited and was never made'])
  t.strictSame(found({ ...ready, rewatch: callId(2) }), ['sandbox ci/pod-1 is watched and waits to be watched again'])
  t.strictSame(found(ready, { id: 'pod-2' }), ['sandbox ci/pod-1 is named ci/pod-2 inside'])
  t.strictSame(found({ _tag: 'NotReady', exit, seq: 1 }, { generation: 0 }), ['sandbox ci/pod-1 is in its generation 0'])
})

t.test('a first life has none before it', async (t) => {
  t.strictSame(found({ ...ready, before: { exit, seq: 1 } }), ['sandbox ci/pod-1 had a life before its first'])
  t.strictSame(found({ ...ready, before: { exit, seq: 1 } }, { generation: 2 }), [])
})

t.test('an image waits for what it asked', async (t) => {
  const key = imageKey('ci', 'app')
  t.strictSame(imageViolations({ key, lastCall: 0, digest: undefined, work: { _tag: 'Idle' } }), [])
  t.strictSame(
    imageViolations({ key, lastCall: 1, digest: undefined, work: { _tag: 'Reading', call: callId(2), failures: 0, again: false } }),
    [
      'image ci/app: call 2 is awaited and was never made',
    ],
  )
})
