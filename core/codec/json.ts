/** What JSON can say, as a type; and how what JSON cannot say, undefined and whole numbers of 64 bits, is written in it. @module */
import * as t from 'io-ts'
import { type Millis, millis, type Nanos, nanos } from '../ids.ts'

export type JsonValue = string | number | boolean | null | ReadonlyArray<JsonValue> | { readonly [key: string]: JsonValue }

/** undefined is written as null, so that a field that is missing can be told from one that is empty. */
export const orNull = <A, O extends JsonValue>(codec: t.Type<A, O, unknown>): t.Type<A | undefined, O | null, unknown> =>
  new t.Type<A | undefined, O | null, unknown>(
    `${codec.name} or null`,
    (value): value is A | undefined => value === undefined || codec.is(value),
    (value, context) => (value === null ? t.success(undefined) : codec.validate(value, context)),
    (value) => (value === undefined ? null : codec.encode(value)),
  )

/** Nanoseconds since the epoch do not fit a JSON number, so they are written as a decimal string, of a signed number of 64 bits. */
const decimal = /^-?\d{1,19}$/
const isInt64 = (value: bigint): boolean => BigInt.asIntN(64, value) === value

export const nanosAsText: t.Type<Nanos, string, unknown> = new t.Type<Nanos, string, unknown>(
  'nanoseconds as a string of digits, such as "1700000000000000000"',
  (value): value is Nanos => typeof value === 'bigint',
  (value, context) =>
    typeof value === 'string' && decimal.test(value) && isInt64(BigInt(value))
      ? t.success(nanos(BigInt(value)))
      : t.failure(value, context),
  String,
)

/** 100 million days from the epoch, either way: beyond that there is no date, and nothing could render it. */
const latestMs = 8_640_000_000_000_000
const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= latestMs

export const millisAsNumber: t.Type<Millis, number, unknown> = new t.Type<Millis, number, unknown>(
  'a time in milliseconds',
  (value): value is Millis => isTime(value),
  (value, context) => isTime(value) ? t.success(millis(value)) : t.failure(value, context),
  (value) => value,
)
