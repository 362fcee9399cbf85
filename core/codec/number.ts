/**
 * Numbers within bounds, whose codec says the bounds when it refuses.
 *
 * @module
 */
import * as t from 'io-ts'

/** A number from `min` to `max`, both included, that `accepts` too; `name` says what it is, such as `a whole number`. */
export const numberBetween = (
  name: string,
  min: number,
  max: number,
  accepts: (value: number) => boolean,
): t.Type<number, number, unknown> => {
  const is = (value: unknown): value is number => typeof value === 'number' && value >= min && value <= max && accepts(value)
  return new t.Type<number, number, unknown>(
    `${name} from ${min} to ${max}`,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context)),
    (value) => value,
  )
}
