/**
 * Rows of the log as version 1 writes them. The names here are a format on disk: a name that changes there has to change the version,
 * whatever it is called in `record.ts`.
 *
 * @module
 */
import * as t from 'io-ts'
import type { ReaperRecord } from '../record.ts'
import { type JsonValue, millisAsNumber, nanosAsText, orNull } from './json.ts'
import { numberBetween } from './number.ts'
import { TrailV1 } from './trail_v1.ts'

const oneOf = <Word extends string>(words: Readonly<Record<Word, null>>): t.Type<Word, Word, unknown> =>
  t.keyof(words, Object.keys(words).map((word) => JSON.stringify(word)).join(' or '))

const whole = (min: number, max: number = Number.MAX_SAFE_INTEGER): t.Type<number, number, unknown> =>
  numberBetween('a whole number', min, max, Number.isInteger)

const count = whole(0)
const exitCode = whole(0, 4_294_967_295)
/** Keys are `namespace/id`, divided at the first slash. */
const namespace = new t.Type<string, string, unknown>(
  'a namespace without "/"',
  (value): value is string => typeof value === 'string' && !value.includes('/'),
  (value, context) => typeof value === 'string' && !value.includes('/') ? t.success(value) : t.failure(value, context),
  (value) => value,
)

const RunIdV1 = t.strict({ namespace, id: t.string, pid: count, generation: whole(1) }, 'a run')

const ExitV1 = t.strict({ code: exitCode, at: nanosAsText, rank: oneOf({ observed: null, synthesised: null, inferred: null }) }, 'an exit')

const MetadataV1 = t.strict({
  sandboxId: orNull(t.string),
  kind: oneOf({ container: null, sandbox: null }),
  ownPidNamespace: t.boolean,
}, 'metadata')

const RunFieldsV1 = t.type({
  _tag: t.literal('RunRecord'),
  run: RunIdV1,
  metadata: MetadataV1,
  exit: orNull(ExitV1),
  oomKilled: t.boolean,
  notified: t.boolean,
  attempts: count,
  lastError: orNull(t.string),
  standing: oneOf({ open: null, announced: null, closed: null }),
  at: millisAsNumber,
})

/** These came later; an older reaper of this version passes them over. */
const laterFields = t.partial({ formerBoot: t.literal(true), trail: TrailV1 })
const RunRecordV1 = t.exact(t.intersection([RunFieldsV1, laterFields], 'a RunRecord'))

const RunDroppedV1 = t.strict({ _tag: t.literal('RunDropped'), run: RunIdV1 }, 'a RunDropped')

const SandboxRecordV1 = t.strict({
  _tag: t.literal('SandboxRecord'),
  namespace,
  id: t.string,
  exit: ExitV1,
  at: millisAsNumber,
}, 'a SandboxRecord')

const AnnouncementV1 = t.strict({
  _tag: t.literal('Announcement'),
  seq: whole(1),
  type: oneOf({ CONTAINER_STOPPED: null, CONTAINER_UPDATED: null }),
  run: RunIdV1,
  sandboxId: orNull(t.string),
  exitCode,
  exitedAt: nanosAsText,
  reason: oneOf({ Completed: null, Error: null, OOMKilled: null, Unknown: null }),
  attempts: whole(1),
  handlingMs: numberBetween('a number', 0, Number.MAX_SAFE_INTEGER, Number.isFinite),
  at: millisAsNumber,
}, 'an Announcement')

export const RecordV1: t.Type<ReaperRecord, { readonly [key: string]: JsonValue }, unknown> = t.union(
  [RunRecordV1, RunDroppedV1, SandboxRecordV1, AnnouncementV1],
  'a RunRecord, RunDropped, SandboxRecord or Announcement',
)
