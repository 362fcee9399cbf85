import t from 'tap'
import {
  count,
  describeEnd,
  describeExit,
  describeFailure,
  describeOwner,
  describeRun,
  describeTask,
  name,
  quoted,
} from '../../../core/describe/words.ts'
import { containerKey, containerOwner, imageKey, imageOwner, nanos, sandboxKey, sandboxOwner } from '../../../core/ids.ts'

t.test('a name stands as it is; what could break the line or the terminal is quoted', async (t) => {
  t.equal(name('registry.example/app:1'), 'registry.example/app:1')
  t.equal(name('two words'), '"two words"')
  t.equal(name(''), '""')
  t.equal(quoted('a\nb\u001b[31m\u202e"'), '"a\\nb\\u001b[31m\\u202e\\""')
  t.equal(quoted('x'.repeat(1_000)).length, 163)
})

t.test('owners, runs and counts', async (t) => {
  t.equal(describeOwner(containerOwner(containerKey('ci', 'web-1'))), 'ci/web-1')
  t.equal(describeOwner(sandboxOwner(sandboxKey('ci', 'pod-1'))), 'sandbox ci/pod-1')
  t.equal(describeOwner(imageOwner(imageKey('ci', 'app'))), 'image ci/app')
  t.equal(describeRun({ namespace: 'ci', id: 'web-1', pid: 42, generation: 1 }), 'ci/web-1 pid=42')
  t.equal(describeRun({ namespace: 'ci', id: 'web-1', pid: 42, generation: 3 }), 'ci/web-1 pid=42 generation=3')
  t.equal(count(1, 'sandbox', 'sandboxes'), '1 sandbox')
  t.equal(count(0, 'slot'), '0 slots')
})

t.test('an exit says how far it is to be believed, when that is not wholly', async (t) => {
  t.equal(describeExit({ code: 3, at: nanos(7n), rank: 'observed' }), 'exit=3')
  t.equal(describeExit({ code: 255, at: nanos(7n), rank: 'inferred' }), 'exit=255 inferred')
  t.equal(describeEnd({ code: 3, at: nanos(7n) }), 'exit=3 at=7')
  t.equal(describeEnd({ code: undefined, at: undefined }), 'exit=unknown')
})

t.test('failures and tasks', async (t) => {
  t.equal(describeFailure({ _tag: 'Failed', reason: 'ShimClosed', message: 'ttrpc: closed' }), 'failed ShimClosed "ttrpc: closed"')
  t.equal(describeTask({ _tag: 'Running', pid: 42 }), 'Running pid=42')
  t.equal(describeTask({ _tag: 'Stopped', pid: 42, code: 3, exitedAt: nanos(7n) }), 'Stopped pid=42 exit=3 at=7')
  t.equal(describeTask({ _tag: 'Unclear' }), 'Unclear')
})
