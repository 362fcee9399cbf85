import t from 'tap'
import { backoffMs } from '../../core/backoff.ts'
import { defaultPolicy } from '../../core/policy.ts'

t.test('V74: 1, 2, 4 ... 256, 300, 300 s', async (t) => {
  const seconds = Array.from({ length: 12 }, (_, i) => backoffMs(defaultPolicy, i + 1) / 1_000)
  t.strictSame(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
})

t.test('a first delay above the cap is the cap', async (t) => {
  t.equal(backoffMs({ ...defaultPolicy, backoffFirstMs: 500, backoffCapMs: 200 }, 1), 200)
})
