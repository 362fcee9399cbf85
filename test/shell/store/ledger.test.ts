import t from 'tap'
import type { ReaperRecord, RunId, SandboxRecord } from '../../../core/index.ts'
import { millis, nanos } from '../../../core/index.ts'
import { makeLedger } from '../../../shell/store/ledger.ts'
import { run, said, start } from './scratch.ts'

const rowsOf = (records: ReadonlyArray<ReaperRecord>): ReadonlyArray<{ row: number; record: ReaperRecord; bytes: number }> =>
  records.map((record, place) => ({ row: place + 1, record, bytes: 100 }))
const forEver = { maxAgeMs: Infinity, maxBytes: Infinity }
const nobody = (generation: number): RunId => ({ namespace: '', id: '', pid: 0, generation })
const closed = (n: number): ReaperRecord => run(n, { standing: 'closed' })

t.test('only the newest row about a thing stays', async (t) => {
  const ledger = makeLedger(rowsOf([run(1), run(2), run(1, { attempts: 1 }), closed(2), { _tag: 'RunDropped', run: run(1).run }]))
  t.same(ledger.keep(forEver, 0, start), { rows: [4], bytes: 100, dropped: 0, standIns: [{ _tag: 'RunDropped', run: nobody(1) }] })
  t.same(ledger.sizes(), { all: 500, live: 200, over: 200 })
})

t.test('what is over goes by age, what is open never, and the newest announcement never', async (t) => {
  const ledger = makeLedger(rowsOf([run(1), closed(2), said(1, 2), closed(3), said(2, 3)]))
  const week = { maxAgeMs: 7 * 86_400_000, maxBytes: Infinity }
  t.same(ledger.keep(week, 0, start + 100).rows, [1, 2, 3, 4, 5])
  t.same(ledger.keep(week, 0, start + week.maxAgeMs + 2), {
    rows: [1, 4, 5],
    bytes: 300,
    dropped: 1,
    standIns: [{ _tag: 'RunDropped', run: nobody(1) }],
  })
  t.same(ledger.keep(week, 0, start + 10 * week.maxAgeMs), {
    rows: [1, 5],
    bytes: 200,
    dropped: 1,
    standIns: [{ _tag: 'RunDropped', run: nobody(1) }],
  })
})

t.test('what would go is counted, but not what only stands for what went before', async (t) => {
  const ledger = makeLedger(rowsOf([run(1), closed(2), said(1, 2), said(2, 3), { _tag: 'RunDropped', run: nobody(3) }]))
  t.equal(ledger.going(ledger.keep(forEver, 0, start)), 0)
  t.equal(ledger.going(ledger.keep(forEver, 1, start)), 100, 'what was acknowledged')
  t.equal(ledger.going(ledger.keep({ maxAgeMs: 0, maxBytes: Infinity }, 0, start + 9)), 200)
})

t.test('a cut by size leaves room for a quarter, so that it is not needed again at once', async (t) => {
  const ledger = makeLedger(rowsOf([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => said(n))))
  t.same(ledger.keep({ maxAgeMs: Infinity, maxBytes: 800 }, 0, start).rows, [1, 2, 3, 4, 5, 6, 7, 8, 9], 'not too much yet')
  t.same(ledger.keep({ maxAgeMs: Infinity, maxBytes: 400 }, 0, start), {
    rows: [6, 7, 8, 9],
    bytes: 400,
    dropped: 5,
    standIns: [{ _tag: 'RunDropped', run: nobody(1) }],
  })
})

t.test('an announcement of a run that is not over stays, acknowledged or not', async (t) => {
  const ledger = makeLedger(rowsOf([run(1, { standing: 'announced' }), said(1, 1), said(2, 2), said(3, 3)]))
  t.same(ledger.keep(forEver, 3, start), { rows: [1, 2, 4], bytes: 300, dropped: 2, standIns: [{ _tag: 'RunDropped', run: nobody(1) }] })
})

t.test('of runs that go without a trace the highest generation is told, but not of one that has a row left', async (t) => {
  const second = { ...run(2).run, generation: 7 }
  const third = { ...run(3).run, generation: 9 }
  const ledger = makeLedger(rowsOf([
    closed(1),
    run(2, { run: second, standing: 'closed' }),
    said(1, 3, { run: third }),
    run(3, { run: third, at: millis(start + 5_000), standing: 'closed' }),
    said(2, 3, { run: third, at: millis(start + 5_000) }),
  ]))
  const kept = ledger.keep({ maxAgeMs: 1_000, maxBytes: Infinity }, 0, start + 5_500)
  t.same(kept.rows, [4, 5])
  t.same(kept.standIns, [{ _tag: 'RunDropped', run: nobody(second.generation) }])
})

t.test('the newest announcement of a sandbox stays as long as its record', async (t) => {
  const sandbox: SandboxRecord = {
    _tag: 'SandboxRecord',
    namespace: 'ci',
    id: 'pod',
    exit: { code: 0, at: nanos(0n), rank: 'observed' },
    at: millis(start),
  }
  const pod = { namespace: 'ci', id: 'pod', pid: 0 }
  const ledger = makeLedger(rowsOf([
    sandbox,
    said(1, 1, { run: { ...pod, generation: 1 } }),
    said(2, 1, { run: { ...pod, generation: 2 } }),
    said(3),
  ]))
  t.same(ledger.keep(forEver, 3, start).rows, [1, 3, 4])
})

t.test('a container of which an older run stays is counted from the newer one that went', async (t) => {
  const newer = { ...run(1).run, pid: 9, generation: 2 }
  const ledger = makeLedger(rowsOf([run(1), run(1, { run: newer, standing: 'closed' }), said(1, 5)]))
  t.same(ledger.keep({ maxAgeMs: 0, maxBytes: 0 }, 0, start + 9).standIns, [{ _tag: 'RunDropped', run: newer }])
})

t.test('announcements are found by their numbers, with gaps and after renumbering', async (t) => {
  const ledger = makeLedger(rowsOf([said(2), run(1), said(3), said(7), closed(1)]))
  t.same(ledger.said(0, 10), [1, 3, 4])
  t.same(ledger.said(3, 1), [3])
  t.same(ledger.said(4, 10), [4])
  t.same(ledger.said(8, 10), [])
  ledger.renumber([3, 4, 5], 6)
  t.same(ledger.said(0, 10), [6, 7])
  t.same(ledger.sizes(), { all: 300, live: 300, over: 300 })
  ledger.add({ row: 9, record: said(8), bytes: 50 })
  t.same(ledger.said(7, 10), [7, 9])
  t.same(ledger.keep(forEver, 0, start).rows, [6, 7, 8, 9])
})
