/** What comes from outside never throws, what is refused gets a line, and what is written reads back. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import {
  type Config,
  decodeConfig,
  decodeContainerMetadata,
  decodeSandboxMetadata,
  decodeStatusFile,
  encodeConfig,
  encodeStatusFile,
  formatDuration,
  hasOwnPidNamespace,
  isIdentifier,
  nanos,
  parseDuration,
  type Rejected,
  selectorProblem,
  show,
  type StatusFile,
} from '../../core/index.ts'
import type { Prop } from '../support/property.ts'

/** JSON that looks a little like what is wanted, so that decoding gets past the first field. */
const anyJson = fc.oneof(
  fc.string(),
  fc.json(),
  fc.jsonValue().map((Metadata) => JSON.stringify({ Version: 'v1', Metadata })),
  fc.record({ ID: fc.jsonValue(), Name: fc.string(), SandboxID: fc.string(), Config: fc.jsonValue() }).map((Metadata) =>
    JSON.stringify({ Version: 'v1', Metadata })
  ),
  fc.dictionary(fc.constantFrom('Version', 'Pid', 'CreatedAt', 'Reason', 'Resources', '__proto__'), fc.jsonValue()).map((value) =>
    JSON.stringify(value)
  ),
  fc.jsonValue().map((namespaces) => JSON.stringify({ linux: { namespaces } })),
)

const hasLines = (decoded: E.Either<Rejected, unknown>): void => {
  if (E.isRight(decoded)) return
  assert.ok(decoded.left.problems.length > 0)
  for (const line of decoded.left.problems) assert.match(line, /^(Cannot .+|and \d+ more problems of .+)$/)
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(nanos)

const anyStatus: fc.Arbitrary<StatusFile> = fc.record({
  pid: fc.integer({ min: 0, max: 4_294_967_295 }),
  createdAt: int64,
  startedAt: int64,
  finishedAt: int64,
  exitCode: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  reason: fc.string(),
  message: fc.string({ unit: 'binary' }),
  resources: fc.oneof(fc.constant('null'), fc.dictionary(fc.string(), fc.string()).map((value) => JSON.stringify(value))),
}, { noNullPrototype: true }).chain((status) =>
  fc.option(fc.boolean(), { nil: undefined }).map((restore) => restore === undefined ? status : { ...status, restore })
)

const durationMs = fc.integer({ min: 1_000, max: 86_400_000 })
const name = fc.stringMatching(/^[A-Za-z0-9]{1,8}([._-][A-Za-z0-9]{1,8}){0,3}$/).filter((text) => text !== 'k8s.io' && text !== 'moby')

const anyConfig: fc.Arbitrary<Config> = fc.record({
  address: fc.constantFrom('/run/containerd/containerd.sock', '/x'),
  namespaces: fc.array(fc.oneof(name, fc.constantFrom('k8s.io', 'moby')), { minLength: 1, maxLength: 4 }),
  allowForeignNamespaces: fc.constant(['k8s.io', 'moby'] as const),
  selectors: fc.subarray(['labels.app==web', 'id~=/^ci/', 'labels."a/b"=="x,y"']),
  stateDir: fc.constantFrom('/var/lib/containerd-reaper', '/ä'),
  deleteGraceMs: fc.integer({ min: 0, max: 3_600_000 }),
  dryRun: fc.boolean(),
  salvage: fc.boolean(),
  criSocket: fc.constantFrom('', '/run/{namespace}.sock'),
  nriSocket: fc.constantFrom('', '/run/nri.sock'),
  nriPluginDir: fc.constantFrom('', '/opt/nri/plugins'),
  nriTimeoutMs: fc.integer({ min: 1, max: 60_000 }),
  log: fc.constantFrom('pretty' as const, 'json' as const),
  policy: fc.record({
    handlingTimeoutMs: durationMs,
    onHandlingTimeout: fc.constantFrom('join' as const, 'cancel' as const),
    deleteHardLimitMs: fc.option(durationMs, { nil: undefined }),
    sandboxExit: fc.constantFrom('first' as const, 'last' as const),
    backoffFirstMs: fc.integer({ min: 1, max: 1_000 }),
    backoffCapMs: durationMs,
    backoffJitter: fc.double({ min: 0, max: 1, noNaN: true }),
    maxHandlings: fc.integer({ min: 1, max: 1_024 }),
    loadTimeoutMs: durationMs,
    oomReadTimeoutMs: durationMs,
    drainTimeoutMs: durationMs,
    relistPeriodMs: durationMs,
    inferredGraceMs: durationMs,
  }, { noNullPrototype: true }),
}, { noNullPrototype: true })

export const props: ReadonlyArray<Prop> = [
  {
    name: 'codecs: no text makes a decoder throw, and every refusal has its lines',
    property: fc.property(anyJson, (text) => {
      hasLines(decodeStatusFile(text))
      hasLines(decodeContainerMetadata(text))
      hasLines(decodeSandboxMetadata(text))
      hasOwnPidNamespace(text)
    }),
    runs: 500,
  },
  {
    name: 'codecs: no value makes the configuration throw, and every refusal has its lines',
    property: fc.property(fc.oneof(fc.anything(), fc.record({ namespaces: fc.anything(), policy: fc.anything() })), (value) => {
      hasLines(decodeConfig(value))
    }),
    runs: 500,
  },
  {
    name: 'codecs: a status file reads back as it was written, every digit of it',
    property: fc.property(anyStatus, (status) => {
      assert.deepEqual(decodeStatusFile(encodeStatusFile(status)), E.right(status))
    }),
  },
  {
    name: 'codecs: a configuration reads back as it was encoded, also through JSON',
    property: fc.property(anyConfig, (config) => {
      assert.deepEqual(decodeConfig(JSON.parse(JSON.stringify(encodeConfig(config)))), E.right(config))
    }),
  },
  {
    name: 'codecs: a duration reads back as it was formatted',
    property: fc.property(fc.nat(2_147_483_647), (ms) => {
      assert.equal(parseDuration(formatDuration(ms)), ms)
    }),
  },
  {
    name: 'codecs: any value is shown in one line of at most 72 characters',
    property: fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }), (value) => {
      const text = show(value)
      assert.ok(text.length <= 72 && text.length > 0)
      assert.doesNotMatch(text, /\p{Cc}/u)
    }),
    runs: 500,
  },
  {
    name: 'codecs: a filter made of quoted parts is taken, and no text makes the check throw',
    property: fc.property(
      fc.string(),
      fc.string({ unit: fc.constantFrom('id', '==', '"', '/', 'labels', '.', ',', ' ', '\\', 'a') }),
      (text, close) => {
        selectorProblem(close)
        if (!/[\n\0]/.test(text)) assert.equal(selectorProblem(`labels."k"=="${text.replaceAll(/["\\]/g, '\\$&')}"`), undefined)
      },
    ),
    runs: 500,
  },
  {
    name: 'codecs: names are joined from parts that are names',
    property: fc.property(name, (text) => {
      assert.ok(isIdentifier(text))
      assert.ok(!isIdentifier(`${text}-`) && !isIdentifier(`.${text}`) && !isIdentifier(`${text}--${text}`))
    }),
  },
]
