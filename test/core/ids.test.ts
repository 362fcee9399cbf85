import t from 'tap'
import {
  callId,
  containerKey,
  containerOwner,
  imageKey,
  imageOwner,
  millis,
  nanos,
  parts,
  plus,
  sandboxKey,
  sandboxOwner,
  toNanos,
} from '../../core/ids.ts'

t.test('a key is namespace and name, divided at the first slash', async (t) => {
  t.equal(containerKey('ci', 'web-1'), 'ci/web-1')
  t.strictSame(parts(containerKey('ci', 'web-1')), ['ci', 'web-1'])
  t.strictSame(parts(sandboxKey('ci', 'pod-1')), ['ci', 'pod-1'])
  t.strictSame(parts(imageKey('ci', 'registry.example/app:1')), ['ci', 'registry.example/app:1'])
})

t.test('owners say what they own', async (t) => {
  t.strictSame(containerOwner(containerKey('ci', 'a')), { _tag: 'Container', key: 'ci/a' })
  t.strictSame(sandboxOwner(sandboxKey('ci', 'a')), { _tag: 'Sandbox', key: 'ci/a' })
  t.strictSame(imageOwner(imageKey('ci', 'a')), { _tag: 'Image', key: 'ci/a' })
})

t.test('milliseconds become nanoseconds exactly, where a number could no longer tell them apart', async (t) => {
  t.equal(toNanos(millis(1_700_000_000_123)), 1_700_000_000_123_000_000n)
  t.equal(toNanos(millis(0.75)), 0n)
  t.equal(plus(millis(1_000), 500), 1_500)
  t.equal(nanos(5n), 5n)
  t.equal(callId(3), 3)
})
