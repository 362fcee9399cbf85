import t from 'tap'
import { takenUp } from '../../../core/checkpoint/taken_up.ts'
import { millis, nanos } from '../../../core/ids.ts'
import { noMetadata } from '../../../core/metadata.ts'
import type { RunRecord } from '../../../core/record.ts'

const exit = { code: 3, at: nanos(7n), rank: 'observed' } as const
const row: RunRecord = {
  _tag: 'RunRecord',
  run: { namespace: 'ci', id: 'web-1', pid: 42, generation: 1 },
  metadata: noMetadata,
  exit,
  oomKilled: false,
  notified: true,
  attempts: 2,
  lastError: 'busy',
  standing: 'open',
  at: millis(1_000),
  trail: [{ what: 'write', at: millis(900) }],
}

t.test('nothing but what the row says is taken for done, and the task is looked at before anything else', async (t) => {
  t.match(takenUp(row, exit, undefined), {
    exit,
    seenAt: 1_000,
    failures: 2,
    lastError: 'busy',
    durable: true,
    goal: 'unknown',
    checkedAt: undefined,
    notified: true,
    killed: false,
    drained: false,
    graced: true,
    owed: false,
  })
  t.match(takenUp({ ...row, standing: 'announced' }, exit, undefined), { owed: true })
  t.match(takenUp(row, { ...exit, rank: 'inferred' }, undefined), { graced: false })
})

t.test('the trail goes on where it was, behind a note of the start', async (t) => {
  t.strictSame(takenUp(row, exit, undefined).trail, row.trail)
  t.strictSame(takenUp(row, exit, millis(5_000)).trail, [...row.trail ?? [], { what: 'resume', at: 5_000 }])
})
