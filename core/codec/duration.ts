/**
 * Durations as people write them, `250ms`, `10s`, `1m30s`, and as the machine counts them, in milliseconds. The unit is never left
 * out: a bare 10 has been taken for seconds and for milliseconds once too often.
 *
 * @module
 */
import * as t from 'io-ts'

const pattern = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/
const sizesMs = [3_600_000, 60_000, 1_000, 1]
const units = ['h', 'm', 's', 'ms']

/** A day: longer waits are mistakes, and far longer ones (25 days) would make a timer fire at once. */
export const longestMs = 86_400_000

/** `text` in milliseconds: whole hours, minutes, seconds and milliseconds, in that order; undefined when it is anything else. */
export const parseDuration = (text: string): number | undefined => {
  const counts = pattern.exec(text)?.slice(1)
  if (text === '' || counts === undefined) return undefined
  return counts.reduce((sum, count: string | undefined, i) => sum + Number(count ?? 0) * (sizesMs[i] ?? 0), 0)
}

/** The shortest text that `parseDuration` reads back as `ms`, a whole number from 0. */
export const formatDuration = (ms: number): string => {
  let rest = ms
  let text = ''
  sizesMs.forEach((size, i) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) text += `${count}${units[i] ?? ''}`
  })
  return text === '' ? '0s' : text
}

const isWithin = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max

/** Text such as `10s` from outside, milliseconds inside; both bounds belong to it. */
export const durationBetween = (minMs: number, maxMs: number): t.Type<number, string, unknown> =>
  new t.Type<number, string, unknown>(
    `a duration with its unit, ${formatDuration(minMs)} to ${formatDuration(maxMs)}, such as 250ms, 10s or 1m30s`,
    (value): value is number => isWithin(value, minMs, maxMs),
    (value, context) => {
      const ms = typeof value === 'string' ? parseDuration(value) : undefined
      return isWithin(ms, minMs, maxMs) ? t.success(ms) : t.failure(value, context)
    },
    formatDuration,
  )

/** The same, or `off`, which is undefined inside. */
export const orOff = (duration: t.Type<number, string, unknown>): t.Type<number | undefined, string, unknown> =>
  new t.Type<number | undefined, string, unknown>(
    `off, or ${duration.name}`,
    (value): value is number | undefined => value === undefined || duration.is(value),
    (value, context) => (value === 'off' ? t.success(undefined) : duration.validate(value, context)),
    (ms) => (ms === undefined ? 'off' : duration.encode(ms)),
  )
