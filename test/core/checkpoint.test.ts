import t from 'tap'
import { replayRecords } from '../../core/checkpoint.ts'
import type { Phase } from '../../core/container/phase.ts'
import { containerKey, millis, nanos, sandboxKey } from '../../core/ids.ts'
import { noMetadata } from '../../core/metadata.ts'
import { defaultPolicy } from '../../core/policy.ts'
import type { Announcement, ReaperRecord, RunRecord } from '../../core/record.ts'
import { resume } from '../../core/resume.ts'
import type { Container } from '../../core/state.ts'
import { lookup, size } from '../../core/table.ts'

const web = containerKey('ci', 'web-1')
const runId = (generation: number) => ({ namespace: 'ci', id: 'web-1', pid: 41 + generation, generation })
const exit = { code: 3, at: nanos(7n), rank: 'observed' } as const
const row = (generation: number, fields: Partial<RunRecord> = {}): RunRecord => ({
  _tag: 'RunRecord',
  run: runId(generation),
  metadata: noMetadata,
  exit,
  oomKilled: false,
  notified: false,
  attempts: 0,
  lastError: undefined,
  standing: 'open',
  at: millis(1_000),
  ...fields,
})
const said = (seq: number, run: Announcement['run'], fields: Partial<Announcement> = {}): Announcement => ({
  _tag: 'Announcement',
  seq,
  type: 'CONTAINER_STOPPED',
  run,
  sandboxId: undefined,
  exitCode: 3,
  exitedAt: exit.at,
  reason: 'Error',
  attempts: 4,
  handlingMs: 250,
  at: millis(1_250),
  ...fields,
})
const replayed = (...records: ReadonlyArray<ReaperRecord>): Container | undefined =>
  lookup(web, replayRecords('boot-1', records).containers)
const phases = (...records: ReadonlyArray<ReaperRecord>): ReadonlyArray<Phase> => replayed(...records)?.runs.map(({ phase }) => phase) ?? []

t.test('V101: an exit that was on disk is handled after the crash, with its true code', async (t) => {
  t.match(phases(row(1, { attempts: 2, lastError: 'no', notified: true })), [{
    _tag: 'BackingOff',
    until: 1_000,
    outstanding: undefined,
    handling: {
      exit,
      seenAt: 1_000,
      failures: 2,
      lastError: 'no',
      durable: true,
      stale: false,
      goal: 'unknown',
      checkedAt: undefined,
      graced: true,
      notified: true,
      owed: false,
      slow: false,
      deadline: undefined,
    },
  }])
  const state = replayRecords('boot-1', [row(1)])
  t.strictSame(resume(defaultPolicy)(state, millis(5_000)).map(({ _tag }) => _tag), ['SetTimer'])
  t.equal(state.bootId, 'boot-1')
})

t.test('the newest row of a run is its truth', async (t) => {
  const late = { ...exit, code: 137 }
  t.match(phases(row(1), row(1, { exit: late, attempts: 1 })), [{ handling: { exit: late, failures: 1 } }])
  t.strictSame(phases(row(1), row(1, { standing: 'closed' })).map(({ _tag }) => _tag), ['Exited'])
  // Learnt late, the pid is another, the run the same.
  t.match(replayed(row(1, { run: { ...runId(1), pid: 0 } }), row(1)), { runs: [{ id: { pid: 42, generation: 1 } }] })
})

t.test('an exit that was inferred is still open for better news', async (t) => {
  t.match(phases(row(1, { exit: { ...exit, rank: 'inferred' } })), [{ handling: { graced: false } }])
})

t.test('a row without an exit is an OOM kill of a run that goes on', async (t) => {
  t.match(replayed(row(1, { exit: undefined, oomKilled: true })), {
    runs: [{ oom: { _tag: 'Noted' }, phase: { _tag: 'Running', watch: undefined } }],
  })
  t.match(replayed(row(1)), { runs: [{ oom: { _tag: 'None' } }] })
})

t.test('V102: STOPPED is announced once: what is on disk as announced is not said again, but a shim that is owed is looked for', async (t) => {
  const over = { _tag: 'Exited', exit, seq: 7, handlingMs: 250, attempts: 4 }
  const [announced] = phases(row(1, { standing: 'announced' }), said(7, runId(1)))
  t.match(announced, { _tag: 'Announced', doing: 'Waiting', over, handling: { owed: true, durable: true } })
  t.strictSame(phases(row(1, { standing: 'closed' }), said(7, runId(1))), [over])
  t.equal(replayRecords('boot-1', [said(7, runId(1)), said(3, runId(1))]).nextSeq, 8)
})

t.test('when STOPPED has been cut off the log, the run is over all the same', async (t) => {
  t.strictSame(phases(row(1, { standing: 'closed', attempts: 2 })), [{ _tag: 'Exited', exit, seq: undefined, handlingMs: 0, attempts: 3 }])
  const update = said(9, runId(1), { type: 'CONTAINER_UPDATED' })
  t.match(phases(row(1, { standing: 'closed' }), said(7, runId(1)), update), [{ seq: 7 }], 'an update is no second STOPPED')
})

t.test('runs come back oldest first; the first open one goes on and the others wait for their turn', async (t) => {
  const container = replayed(row(3), row(1), row(2))
  t.match(container, { lastGeneration: 3, lastCall: 3 })
  t.strictSame(container?.runs.map(({ id, phase }) => [id.generation, phase._tag]), [[1, 'BackingOff'], [2, 'Recorded'], [3, 'Recorded']])
  t.match(container?.runs[1]?.phase, { waitsFor: 'turn' })
})

t.test('runs that are over make room for later ones, and are remembered by pid and time', async (t) => {
  const closed = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((generation) => row(generation, { standing: 'closed' }))
  const container = replayed(...closed, row(10))
  t.strictSame(container?.runs.map(({ id }) => id.generation), [10])
  t.strictSame(container?.closed.map(({ pid }) => pid), [43, 44, 45, 46, 47, 48, 49, 50])
  t.strictSame(replayed(...closed)?.runs.map(({ id }) => id.generation), [9])
})

t.test('a run that was dropped leaves nothing but its number', async (t) => {
  const dropped: ReaperRecord = { _tag: 'RunDropped', run: runId(2) }
  t.match(replayed(row(1, { standing: 'closed' }), row(2), dropped), { lastGeneration: 2, runs: [{ id: { generation: 1 } }] })
  t.equal(replayed(row(2), dropped), undefined)
  t.match(phases(row(2), dropped, row(2)), [{ _tag: 'BackingOff' }], 'unless it exits after all')
})

t.test('what the record said of the container is known, as the newest run has it', async (t) => {
  const metadata = { sandboxId: 'pod-1', kind: 'container', ownPidNamespace: true } as const
  t.strictSame(replayed(row(1), row(2, { metadata }))?.lookup, { _tag: 'Known', metadata, refresh: undefined })
})

t.test('sandboxes that were over are', async (t) => {
  const ended: ReaperRecord = { _tag: 'SandboxRecord', namespace: 'ci', id: 'pod-1', exit, at: millis(1_000) }
  const sandbox = (...records: ReadonlyArray<ReaperRecord>) => lookup(sandboxKey('ci', 'pod-1'), replayRecords('boot-1', records).sandboxes)
  t.match(sandbox(ended), { generation: 1, phase: { _tag: 'NotReady', exit, seq: 0 } })
  const run = { namespace: 'ci', id: 'pod-1', pid: 0, generation: 2 }
  t.match(sandbox(ended, said(5, run)), { generation: 2, phase: { seq: 5 } })
  t.equal(sandbox(ended, said(5, { ...run, pid: 77, generation: 4 })), undefined, 'that of a pause container is followed as a container')
  const pause = {
    ...row(1),
    run: { ...run, pid: 77 },
    metadata: { sandboxId: undefined, kind: 'sandbox', ownPidNamespace: false },
  } as const
  t.match(sandbox(ended, said(5, run), pause), { phase: { seq: 5 } }, 'told by the sandbox, and the run has yet to be handled')
  t.equal(sandbox(ended, said(5, run), { ...pause, standing: 'closed' }), undefined)
})

t.test('an empty log is a fresh start', async (t) => {
  const state = replayRecords('boot-1', [])
  t.equal(state.nextSeq, 1)
  t.equal(size(state.containers), 0)
})
