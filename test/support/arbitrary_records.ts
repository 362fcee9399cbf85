/** Rows of the log, any that the types allow; few names, so that rows of one log meet. */
import fc from 'fast-check'
import {
  type Announcement,
  type Exit,
  type Metadata,
  type Millis,
  millis,
  type Nanos,
  nanos,
  type ReaperRecord,
  type RunId,
  type TrailStep,
} from '../../core/index.ts'

/** Like the machine's own data, with a prototype: deep equality sees the difference. */
const record = <A>(fields: { readonly [K in keyof A]: fc.Arbitrary<A[K]> }): fc.Arbitrary<A> =>
  fc.record<A>(fields, { noNullPrototype: true })

const namespace = fc.constantFrom('ci', 'qa')
const id = fc.constantFrom('web-1', 'db-1', '__proto__')
const anyMillis: fc.Arbitrary<Millis> = fc.integer({ min: 0, max: 8_640_000_000_000_000 }).map(millis)
const anyNanos: fc.Arbitrary<Nanos> = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(nanos)
const anyCode = fc.oneof(fc.constantFrom(0, 3, 137, 255), fc.integer({ min: 0, max: 4_294_967_295 }))
const anyText = fc.string({ unit: 'grapheme' })
const orNone = <A>(some: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> => fc.option(some, { nil: undefined })

export const anyRunId: fc.Arbitrary<RunId> = record({ namespace, id, pid: fc.nat(3), generation: fc.integer({ min: 1, max: 3 }) })

export const anyExit: fc.Arbitrary<Exit> = record({
  code: anyCode,
  at: anyNanos,
  rank: fc.constantFrom('observed' as const, 'synthesised' as const, 'inferred' as const),
})

const anyMetadata: fc.Arbitrary<Metadata> = record({
  sandboxId: orNone(anyText),
  kind: fc.constantFrom('container' as const, 'sandbox' as const),
  ownPidNamespace: fc.boolean(),
})

const anyAnnouncement: fc.Arbitrary<Announcement> = record({
  _tag: fc.constant('Announcement' as const),
  seq: fc.integer({ min: 1, max: 1_000 }),
  type: fc.constantFrom('CONTAINER_STOPPED' as const, 'CONTAINER_UPDATED' as const),
  run: anyRunId,
  sandboxId: orNone(anyText),
  exitCode: anyCode,
  exitedAt: anyNanos,
  reason: fc.constantFrom('Completed' as const, 'Error' as const, 'OOMKilled' as const, 'Unknown' as const),
  attempts: fc.integer({ min: 1, max: 1_000 }),
  handlingMs: fc.nat(),
  at: anyMillis,
})

const anyStep: fc.Arbitrary<TrailStep> = fc.oneof(
  record({
    what: fc.constantFrom('count' as const, 'write' as const, 'delete' as const, 'resume' as const, 'cut' as const),
    at: anyMillis,
  }),
  record({ what: fc.constant('fail' as const), at: anyMillis, error: anyText }),
)

const anyRun = {
  _tag: fc.constant('RunRecord' as const),
  run: anyRunId,
  metadata: anyMetadata,
  exit: orNone(anyExit),
  oomKilled: fc.boolean(),
  notified: fc.boolean(),
  attempts: fc.nat(1_000),
  lastError: orNone(anyText),
  standing: fc.constantFrom('open' as const, 'announced' as const, 'closed' as const),
  at: anyMillis,
}

export const anyRecord: fc.Arbitrary<ReaperRecord> = fc.oneof(
  record<ReaperRecord>(anyRun),
  record<ReaperRecord>({ ...anyRun, formerBoot: fc.constant(true as const), trail: fc.array(anyStep, { maxLength: 3 }) }),
  record({ _tag: fc.constant('RunDropped' as const), run: anyRunId }),
  record({ _tag: fc.constant('SandboxRecord' as const), namespace, id, exit: anyExit, at: anyMillis }),
  anyAnnouncement,
)

/** A log whose numbers go up, as the machine gives them. */
export const anyLog: fc.Arbitrary<ReadonlyArray<ReaperRecord>> = fc.array(anyRecord, { maxLength: 20 }).map((records) =>
  records.map((record, place) => (record._tag === 'Announcement' ? { ...record, seq: place + 1 } : record))
)
