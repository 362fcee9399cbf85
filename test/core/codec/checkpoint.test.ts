import t from 'tap'
import { decodeRecord, encodeRecord } from '../../../core/codec/checkpoint.ts'
import { millis, nanos } from '../../../core/ids.ts'
import type { RunRecord } from '../../../core/record.ts'

const row: RunRecord = {
  _tag: 'RunRecord',
  run: { namespace: 'ci', id: 'web-1', pid: 42, generation: 1 },
  metadata: { sandboxId: undefined, kind: 'container', ownPidNamespace: false },
  exit: { code: 3, at: nanos(1_700_000_000_123_456_789n), rank: 'observed' },
  oomKilled: false,
  notified: false,
  attempts: 0,
  lastError: undefined,
  standing: 'open',
  at: millis(1_700_000_000_124),
}
const json = {
  v: 1,
  ...row,
  metadata: { ...row.metadata, sandboxId: null },
  exit: { code: 3, at: '1700000000123456789', rank: 'observed' },
  lastError: null,
}
const problems = (value: unknown): ReadonlyArray<string> => {
  const found = decodeRecord(value)
  return found._tag === 'Left' ? found.left.problems : []
}

t.test('version 1 on disk: these names and forms, and no others', async (t) => {
  t.strictSame(encodeRecord(row), json)
  t.strictSame(decodeRecord(JSON.parse(JSON.stringify(json))), { _tag: 'Right', right: row })
})

t.test('a newer row is refused, not misread, and the line says what to do', async (t) => {
  t.strictSame(problems({ ...json, v: 2 }), [
    'Cannot read record.v: wanted 1, found 2; a newer containerd-reaper wrote it: use that one, or an empty state directory',
  ])
  t.strictSame(problems({ ...json, v: 0 }), ['Cannot read record.v: wanted 1, found 0'])
  t.strictSame(problems({ ...json, v: '1' }), ['Cannot read record.v: wanted 1, found "1"'])
  t.strictSame(problems(row), ['Cannot read record.v: wanted 1, found nothing'])
})

t.test('what is wrong in a row is named with its place', async (t) => {
  t.strictSame(problems({ ...json, exit: { ...json.exit, at: 1_700_000_000_123 } }), [
    'Cannot read record.exit.at: wanted nanoseconds as a string of digits, such as "1700000000000000000", found 1700000000123',
  ])
  t.strictSame(problems({ ...json, standing: 'half' }), [
    'Cannot read record.standing: wanted "open" or "announced" or "closed", found "half"',
  ])
  t.strictSame(problems({ ...json, run: { ...row.run, namespace: 'a/b', generation: 0 } }), [
    'Cannot read record.run.namespace: wanted a namespace without "/", found "a/b"',
    'Cannot read record.run.generation: wanted a whole number from 1 to 9007199254740991, found 0',
  ])
  t.strictSame(problems({ v: 1, _tag: 'RunForgotten' }), [
    'Cannot read record: wanted a RunRecord, RunDropped, SandboxRecord or Announcement, found {"v":1,"_tag":"RunForgotten"}',
  ])
  const { lastError: _, ...without } = json
  t.strictSame(problems(without), ['Cannot read record.lastError: wanted string or null, found nothing'])
  t.strictSame(problems([]), ['Cannot read record: wanted an object, found []'])
  t.strictSame(problems('x'), ['Cannot read record: wanted an object, found "x"'])
})

t.test('fields that version 1 does not know are passed over', async (t) => {
  t.strictSame(decodeRecord({ ...json, colour: 'red', exit: { ...json.exit, mood: 1 } }), { _tag: 'Right', right: row })
})
