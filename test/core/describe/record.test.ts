import t from 'tap'
import { describeRecord } from '../../../core/describe.ts'
import { millis, nanos } from '../../../core/ids.ts'
import { noMetadata } from '../../../core/metadata.ts'
import type { RunRecord } from '../../../core/record.ts'

const run = { namespace: 'ci', id: 'web-1', pid: 42, generation: 1 }
const exit = { code: 3, at: nanos(0n), rank: 'observed' } as const
const row: RunRecord = {
  _tag: 'RunRecord',
  run,
  metadata: noMetadata,
  exit,
  oomKilled: false,
  notified: false,
  attempts: 0,
  lastError: undefined,
  standing: 'open',
  at: millis(0),
}

t.test('a run says what is not as usual', async (t) => {
  t.equal(describeRecord(row), 'RunRecord ci/web-1 pid=42 exit=3 open')
  t.equal(describeRecord({ ...row, exit: undefined, oomKilled: true }), 'RunRecord ci/web-1 pid=42 running OOMKilled open')
  t.equal(
    describeRecord({ ...row, standing: 'announced', notified: true, attempts: 2, lastError: 'no\nshim' }),
    'RunRecord ci/web-1 pid=42 exit=3 announced notified failed=2 "no\\nshim"',
  )
})

t.test('the other rows', async (t) => {
  t.equal(describeRecord({ _tag: 'RunDropped', run }), 'RunDropped ci/web-1 pid=42')
  t.equal(describeRecord({ _tag: 'SandboxRecord', namespace: 'ci', id: 'pod-1', exit, at: millis(0) }), 'SandboxRecord ci/pod-1 exit=3')
  const said = {
    _tag: 'Announcement',
    seq: 7,
    type: 'CONTAINER_STOPPED',
    run,
    sandboxId: undefined,
    exitCode: 3,
    exitedAt: exit.at,
    reason: 'Error',
    attempts: 1,
    handlingMs: 5,
    at: millis(0),
  } as const
  t.equal(describeRecord(said), 'Announcement seq=7 CONTAINER_STOPPED ci/web-1 pid=42 exit=3 Error')
  t.equal(
    describeRecord({ ...said, sandboxId: 'pod-1', attempts: 2 }),
    'Announcement seq=7 CONTAINER_STOPPED ci/web-1 pid=42 sandbox=pod-1 exit=3 Error attempts=2',
  )
})
