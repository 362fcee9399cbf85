/**
 * How the store's rows are written as keys and values, and read again. The names here are a format on disk: what changes here changes
 * `formatVersion`, and brings an upgrade (upgrade.ts) and a history under test/histories/.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'
import { decodeRecord, encodeRecord, explain, type ReaperRecord } from '../../core/index.ts'
import { checksum } from './checksum.ts'
import type { Op } from './table.ts'

export const formatVersion = 1
export const formatKey = 'format'
export const spanKey = 'span'
/** All rows stand between these two. */
export const rowsFrom = 'row/'
const digits = 16

/** What is true of the rows as a whole. It changes in the same write as they do. */
export interface Span {
  /** Number of the oldest row; the others follow without a gap. */
  readonly first: number
  /** Boot of the host under which the rows from `bootFirst` on were written; those before were written under earlier ones. */
  readonly boot: string
  readonly bootFirst: number
  /** Announcements up to this number have been acknowledged, 0 for none. */
  readonly acknowledged: number
  /** Announcements up to this number have been dropped, 0 for none. */
  readonly dropped: number
}

/** A record and the number it is kept under. */
export interface Row {
  readonly row: number
  readonly record: ReaperRecord
  /** What it takes on disk, about. */
  readonly bytes: number
}

export const rowKey = (row: number): string => `${rowsFrom}${String(row).padStart(digits, '0')}`

/** The number in a key, or undefined if it is no row's key. */
export const rowOf = (key: string): number | undefined => {
  const text = key.startsWith(rowsFrom) ? key.slice(rowsFrom.length) : ''
  return text.length === digits && /^\d+$/.test(text) ? Number(text) : undefined
}

/** The key goes into the checksum, so that a value in another's place is seen too. */
const seal = (key: string, payload: string): string => `${checksum(`${key}\n${payload}`)} ${payload}`

export const put = (key: string, payload: string): Op => ({ type: 'put', key, value: seal(key, payload) })

/** The payload of a value, or what is wrong with its checksum. */
export const unseal = (key: string, value: string): E.Either<string, string> => {
  const payload = value.slice(9)
  const wanted = checksum(`${key}\n${payload}`)
  const found = value.slice(0, 8)
  return wanted === found && value[8] === ' '
    ? E.right(payload)
    : E.left(`${nameOf(key)}: wanted checksum ${wanted}, found ${JSON.stringify(found)}: it is damaged`)
}

const nameOf = (key: string): string => {
  const row = rowOf(key)
  return row === undefined ? key : `row ${row}`
}

export const putRecord = (row: number, record: ReaperRecord): Op => put(rowKey(row), JSON.stringify(encodeRecord(record)))
export const putFormat: Op = put(formatKey, JSON.stringify({ version: formatVersion }))
export const putSpan = (span: Span): Op => put(spanKey, JSON.stringify(SpanV1.encode(span)))

const Whole = new t.Type<number, number, unknown>(
  'a whole number',
  (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
  (value, context) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? t.success(value) : t.failure(value, context),
  (value) => value,
)

const SpanV1: t.Type<Span, Span, unknown> = t.strict(
  { first: Whole, boot: t.string, bootFirst: Whole, acknowledged: Whole, dropped: Whole },
  'an object',
)
const Format: t.Type<{ readonly version: number }, unknown, unknown> = t.type({ version: Whole }, 'an object')

const parse = (key: string, value: string): E.Either<string, unknown> =>
  pipe(
    unseal(key, value),
    E.flatMap((payload) => E.tryCatch((): unknown => JSON.parse(payload), () => `${nameOf(key)}: wanted JSON, found something else`)),
  )

const decode = <A>(key: string, value: string | undefined, codec: t.Type<A, unknown, unknown>): E.Either<string, A> => {
  if (value === undefined) return E.left(`${key}: wanted a row of that name, found none`)
  return pipe(
    parse(key, value),
    E.flatMap((json) => pipe(codec.decode(json), E.mapLeft((errors) => oneLine(explain(key, errors))))),
  )
}

export const readFormat = (value: string | undefined): E.Either<string, number> =>
  pipe(decode(formatKey, value, Format), E.map(({ version }) => version))
export const readSpan = (value: string | undefined): E.Either<string, Span> => decode(spanKey, value, SpanV1)

/** The row under `key`, or in one line what is wrong with it. */
export const readRow = (row: number, value: string): E.Either<string, Row> => {
  const key = rowKey(row)
  return pipe(
    parse(key, value),
    E.flatMap((json) => pipe(decodeRecord(json, `row ${row}`), E.mapLeft(({ problems }) => oneLine(problems)))),
    E.map((record) => ({ row, record, bytes: sizeOf(key, value) })),
  )
}

/** Bytes of an entry, near enough for accounts. */
export const sizeOf = (key: string, value: string): number => key.length + value.length

const oneLine = (problems: ReadonlyArray<string>): string => (problems[0] ?? 'unreadable').replace(/^Cannot read /, '')
