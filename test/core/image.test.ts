import t from 'tap'
import { callId, imageKey, millis } from '../../core/ids.ts'
import { stepImage } from '../../core/image.ts'
import { defaultPolicy } from '../../core/policy.ts'
import type { Image } from '../../core/state.ts'

// The numbered cases stand in test/vectors/image.ts; here is what is left.
const key = imageKey('ci', 'app')
const owner = { _tag: 'Image', key } as const
const reading: Image = { key, lastCall: 4, digest: 'sha256:0', work: { _tag: 'Reading', call: callId(4), failures: 0, again: false } }
type Told = Parameters<typeof stepImage>[1]

t.test('answers and timers that are not awaited change nothing', async (t) => {
  const late: ReadonlyArray<Told> = [
    { _tag: 'ImageSettled', image: key, call: callId(3), outcome: { _tag: 'NotFound' }, at: millis(0) },
    { _tag: 'TimerFired', owner, call: callId(4), at: millis(0) },
    { _tag: 'PersistSettled', owner, call: callId(4), outcome: { _tag: 'Durable' }, at: millis(0) },
  ]
  for (const event of late) {
    t.strictSame(stepImage(defaultPolicy, event, key, reading), [reading, []])
    t.strictSame(stepImage(defaultPolicy, event, key, undefined), [undefined, []])
  }
})

t.test('what was known of the image stays known while it cannot be read', async (t) => {
  const outcome = { _tag: 'Failed', reason: 'Unavailable', message: 'no' } as const
  const [image] = stepImage(defaultPolicy, { _tag: 'ImageSettled', image: key, call: callId(4), outcome, at: millis(0) }, key, reading)
  t.match(image, { digest: 'sha256:0', work: { _tag: 'BackingOff', failures: 1, lastError: 'no' } })
})
