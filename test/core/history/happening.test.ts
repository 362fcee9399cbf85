import t from 'tap'
import type { Exit } from '../../../core/index.ts'
import { millis, nanos } from '../../../core/index.ts'
import { ofAnnouncement, ofExit, ofRow, ofTrailStep } from '../../../core/history/happening.ts'
import { run, said } from '../../shell/store/scratch.ts'

t.test('an end says how much it is to be believed', async (t) => {
  const told = (rank: Exit['rank'], code: number): string => ofExit({ code, at: nanos(7n), rank }).what
  t.equal(told('observed', 3), 'exited with 3')
  t.equal(told('inferred', 255), 'gone, and nobody saw how: 255')
  t.equal(told('synthesised', 137), 'lost with its shim: containerd made 137 up')
})

t.test('a step has its time, and what it failed of in quotes', async (t) => {
  t.strictSame(ofTrailStep({ what: 'fail', at: millis(2), error: 'device\nbusy' }), {
    at: nanos(2_000_000n),
    what: 'failed: "device\\nbusy"',
  })
})

t.test('a row says only what the row before it did not', async (t) => {
  const row = run(1, { oomKilled: true })
  t.strictSame(ofRow(row, undefined).map(({ what }) => what), ['the kernel killed for want of memory'])
  t.strictSame(ofRow(row, row), [])
})

t.test('one attempt is not "attempts"', async (t) => {
  t.match(ofAnnouncement(said(1, 1, { attempts: 1, handlingMs: 5 })).what, /after 1 attempt and 5 ms$/)
})
