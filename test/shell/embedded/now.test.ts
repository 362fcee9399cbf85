import t from 'tap'
import { noTime, nowNs, timestamp } from '../../../shell/embedded/now.ts'

t.test('nanoseconds survive the way onto the wire', async (t) => {
  t.same(timestamp(1_700_000_000_123_456_789n), { seconds: 1_700_000_000n, nanos: 123_456_789 })
})

t.test('never goes back', async (t) => {
  const first = nowNs()
  t.ok(nowNs() >= first)
})

t.test('no time is the first day of year 1', async (t) => {
  t.equal(new Date(Number(noTime.seconds) * 1000).toISOString(), '0001-01-01T00:00:00.000Z')
})
