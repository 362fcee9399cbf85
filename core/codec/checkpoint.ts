/**
 * Rows of the log as JSON, and back. Each row says the version of its form, so that rows of several versions can stand in one log, and
 * one that a newer reaper wrote is refused instead of misread. How JSON becomes bytes, and how those are kept, is the store's business.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'
import type { ReaperRecord } from '../record.ts'
import { explain, type Rejected, rejected } from './explain.ts'
import type { JsonValue } from './json.ts'
import { RecordV1 } from './record_v1.ts'
import { show } from './show.ts'

const version = 1

/**
 * A row as JSON, marked with the version of its form. 64-bit numbers become strings of digits, undefined becomes null.
 *
 * @example A row comes back as it was
 * ```ts
 * import assert from 'node:assert/strict'
 * import { decodeRecord, encodeRecord, millis, nanos } from 'containerd-reaper/core'
 *
 * const exit = { code: 137, at: nanos(1700000000123456789n), rank: 'observed' } as const
 * const row = { _tag: 'SandboxRecord', namespace: 'ci', id: 'pod-1', exit, at: millis(1700000000124) } as const
 * const json = encodeRecord(row)
 * assert.deepEqual(json, { v: 1, ...row, exit: { ...exit, at: '1700000000123456789' } })
 * assert.deepEqual(decodeRecord(JSON.parse(JSON.stringify(json))), { _tag: 'Right', right: row })
 * ```
 */
export const encodeRecord = (record: ReaperRecord): JsonValue => ({ v: version, ...RecordV1.encode(record) })

/** Named after what is wanted of it, whatever whole number it is. */
const Version = new t.Type<number, number, unknown>(String(version), t.Int.is, t.Int.validate, t.identity)

const Versioned = t.type({ v: Version }, 'an object')

/**
 * The row that `json` is, or one line for each reason why it is none. Never throws, whatever it is given. Fields that version 1 does
 * not know are passed over.
 *
 * @param what what the lines call the row; say which file and which row.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { decodeRecord } from 'containerd-reaper/core'
 *
 * const found = decodeRecord({ v: 2, _tag: 'RunDropped' }, 'row 7')
 * assert.deepEqual(found._tag === 'Left' && found.left.problems, [
 *   'Cannot read row 7.v: wanted 1, found 2; a newer containerd-reaper wrote it: use that one, or an empty state directory',
 * ])
 * ```
 */
export const decodeRecord = (json: unknown, what: string = 'record'): E.Either<Rejected, ReaperRecord> =>
  pipe(
    Versioned.decode(json),
    E.mapLeft((errors) => rejected(explain(what, errors))),
    E.filterOrElse(({ v }) => v === version, ({ v }) => {
      const why = v > version ? '; a newer containerd-reaper wrote it: use that one, or an empty state directory' : ''
      return rejected([`Cannot read ${what}.v: wanted ${version}, found ${show(v)}${why}`])
    }),
    E.flatMap(() => pipe(RecordV1.decode(json), E.mapLeft((errors) => rejected(explain(what, errors))))),
  )
