/**
 * containerd's own record of a container's status: the file `status` that its CRI plugin keeps per container, version "v1". Text in,
 * text out; where the file stands, and how it is written safely, is not known here.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'
import { parse, stringify } from 'lossless-json'
import { type Nanos, nanos } from '../ids.ts'
import { explain, type Rejected, rejected } from './explain.ts'
import { show } from './show.ts'

/** What the file says. A time of 0 means that it has not come yet; the state follows from which times are set. */
export interface StatusFile {
  /** Pid of the init process; 0 once it has exited. */
  readonly pid: number
  readonly createdAt: Nanos
  readonly startedAt: Nanos
  readonly finishedAt: Nanos
  /** Signed 32 bit, as containerd keeps it. */
  readonly exitCode: number
  /** `OOMKilled`, `StartError`, `Unknown`, or empty. */
  readonly reason: string
  readonly message: string
  /** The container's resources as JSON text, every integer exact; `null` when none were written. They are carried, never read. */
  readonly resources: string
  /** Restored from a checkpoint. Only some releases of containerd write the field. */
  readonly restore?: boolean
}

/** Integers may be larger than JavaScript's own numbers hold, so all of them are bigints; containerd writes no other numbers. */
const readNumber = (digits: string): bigint | number => (/^-?\d+$/.test(digits) ? BigInt(digits) : Number(digits))

const integerBetween = (min: bigint, max: bigint): t.Type<bigint, bigint, unknown> => {
  const is = (value: unknown): value is bigint => typeof value === 'bigint' && value >= min && value <= max
  return new t.Type<bigint, bigint, unknown>(
    `a whole number from ${min} to ${max}`,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context)),
    (integer) => integer,
  )
}

const uint32 = integerBetween(0n, 4_294_967_295n)
const int32 = integerBetween(-2_147_483_648n, 2_147_483_647n)
const int64 = integerBetween(-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n)

/** Every release writes all of these, empty ones too; a field that is missing means the file is not what it seems. */
const FileV1 = t.intersection([
  t.type({
    Pid: uint32,
    CreatedAt: int64,
    StartedAt: int64,
    FinishedAt: int64,
    ExitCode: int32,
    Reason: t.string,
    Message: t.string,
  }),
  t.partial({ Resources: t.union([t.null, t.UnknownRecord], 'an object or null'), Restore: t.boolean }),
], 'a version "v1" status')

const Versioned = t.type({ Version: t.string }, 'an object')

const checkVersion = (json: unknown): E.Either<Rejected, unknown> => {
  const versioned = Versioned.decode(json)
  if (E.isLeft(versioned)) return E.left(rejected(explain('status file', versioned.left)))
  const { Version } = versioned.right
  if (Version === 'v1') return E.right(json)
  return E.left(rejected([
    `Cannot read status file.Version: wanted "v1", found ${
      show(Version)
    }; a newer containerd wrote it, so it is left alone and counts as unreadable`,
  ]))
}

const fromFile = (file: t.TypeOf<typeof FileV1>): StatusFile => ({
  pid: Number(file.Pid),
  createdAt: nanos(file.CreatedAt),
  startedAt: nanos(file.StartedAt),
  finishedAt: nanos(file.FinishedAt),
  exitCode: Number(file.ExitCode),
  reason: file.Reason,
  message: file.Message,
  resources: stringify(file.Resources) ?? 'null',
  ...(file.Restore === undefined ? {} : { restore: file.Restore }),
})

/**
 * The status in `text`. Times are int64 nanoseconds and keep every digit. Fields that are not known are passed over; another
 * version, and anything that is not such a file, is refused with a reason.
 *
 * Follows containerd's CRI plugin, which takes a refused file for "unknown": all times 0, code 255, reason "Unknown".
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { decodeStatusFile } from 'containerd-reaper/core'
 *
 * const text = '{"Version":"v1","Pid":0,"CreatedAt":1764000000000000001,"StartedAt":1764000000000000002,' +
 *   '"FinishedAt":1764000000000000003,"ExitCode":3,"Reason":"","Message":"","Resources":null}'
 * const status = decodeStatusFile(text)
 * assert.equal(status._tag === 'Right' && status.right.finishedAt, 1764000000000000003n)
 * assert.equal(decodeStatusFile('{"Version":"v2"}')._tag, 'Left')
 * ```
 */
export const decodeStatusFile = (text: string): E.Either<Rejected, StatusFile> =>
  pipe(
    readJson(() => parse(text, null, readNumber), text),
    E.flatMap(checkVersion),
    E.flatMap((json) => pipe(FileV1.decode(json), E.mapLeft((errors) => rejected(explain('status file', errors))))),
    E.flatMap((file) => readJson(() => fromFile(file), text)),
  )

/** The JSON library recurses: nesting that is deep enough ends the stack, and that is a refusal like any other. */
const readJson = <A>(read: () => A, text: string): E.Either<Rejected, A> =>
  E.tryCatch(read, (error) => rejected([`Cannot read status file: wanted JSON, found ${show(text)}: ${wordsOf(error)}`]))

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : show(error))

/**
 * The file for `status`, with the fields in containerd's own order. Decoding it gives `status` back.
 *
 * `status.resources` must be JSON, as decoding gives it.
 */
export const encodeStatusFile = (status: StatusFile): string =>
  `{"Version":"v1","Pid":${status.pid},"CreatedAt":${status.createdAt},"StartedAt":${status.startedAt},"FinishedAt":${status.finishedAt},` +
  `"ExitCode":${status.exitCode},"Reason":${JSON.stringify(status.reason)},"Message":${JSON.stringify(status.message)},` +
  `"Resources":${status.resources}${status.restore === undefined ? '' : `,"Restore":${status.restore}`}}`
