import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { durationBetween, formatDuration, longestMs, orOff, parseDuration } from '../../../core/codec/duration.ts'

t.test('reads whole numbers with units, largest first', async (t) => {
  const good: Readonly<Record<string, number>> = {
    '250ms': 250,
    '10s': 10_000,
    '5m': 300_000,
    '2h': 7_200_000,
    '1m30s': 90_000,
    '1h0m1s1ms': 3_601_001,
    '0s': 0,
    '90s': 90_000,
  }
  for (const [text, ms] of Object.entries(good)) t.equal(parseDuration(text), ms, text)
})

t.test('reads nothing else: a unit is never guessed', async (t) => {
  for (const text of ['', '10', '1.5s', '-1s', '10 s', '10S', '1s1m', '5d', 's', 'ms', '1s1s', ' 1s', '1e3s', 'off']) {
    t.equal(parseDuration(text), undefined, text)
  }
})

t.test('writes the shortest text that reads back', async (t) => {
  t.strictSame([0, 250, 10_000, 90_000, 3_601_001].map(formatDuration), ['0s', '250ms', '10s', '1m30s', '1h1s1ms'])
})

t.test('the codec holds its bounds, both included', async (t) => {
  const codec = durationBetween(1_000, 60_000)
  t.strictSame(['1s', '1m'].map((value) => codec.decode(value)), [E.right(1_000), E.right(60_000)])
  for (const value of ['999ms', '60001ms', 10, undefined, '']) t.ok(E.isLeft(codec.decode(value)), String(value))
  t.strictSame([1_000, 999, 1_000.5, '1s'].map((value) => codec.is(value)), [true, false, false, false])
  t.equal(codec.name, 'a duration with its unit, 1s to 1m, such as 250ms, 10s or 1m30s')
  t.ok(E.isLeft(durationBetween(0, longestMs).decode('25h')), 'longer than a day')
})

t.test('off is undefined inside', async (t) => {
  const codec = orOff(durationBetween(1, 1_000))
  t.strictSame(['off', '1s'].map((value) => codec.decode(value)), [E.right(undefined), E.right(1_000)])
  t.strictSame([undefined, 1_000].map((value) => codec.encode(value)), ['off', '1s'])
  t.strictSame([undefined, 5, 0, 'off'].map((value) => codec.is(value)), [true, true, false, false])
  t.ok(E.isLeft(codec.decode('0s')))
})
