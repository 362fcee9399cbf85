/** What stands in files: the configuration, the store's rows, containerd's status file; and what is in records: CRI metadata, OCI specs. */
import * as E from 'fp-ts/lib/Either.js'
import {
  allSettings,
  decodeConfig,
  decodeContainerMetadata,
  decodeRecord,
  decodeSandboxMetadata,
  decodeStatusFile,
  defaultPolicy,
  describeRecord,
  encodeRecord,
  encodeStatusFile,
  hasOwnPidNamespace,
  isIdentifier,
  millis,
  nanos,
  noMetadata,
  parseDuration,
  type ReaperRecord,
  type Rejected,
  replayRecords,
  resume,
  selectorProblem,
  valueOfText,
  violations,
} from '../../core/index.ts'
import { announcementFields } from '../../shell/cli/announcement_fields.ts'
import { readCommand } from '../../shell/cli/configuration.ts'
import { renderAnswer, statusReport } from '../../shell/cli/status.ts'
import { fromSpec } from '../../shell/nri/reaper/spec.ts'
import { formatKey, put, readFormat, readRow, readSpan, rowKey, spanKey } from '../../shell/store/row.ts'
import { ofJson, ofText, type Target, type Verdict } from './target.ts'

const either = (read: E.Either<unknown, unknown>): Verdict => (E.isRight(read) ? 'value' : 'refused')

/** A refusal has a line for people, one at least. */
const lined = (read: E.Either<Rejected, unknown>): Verdict => {
  if (E.isRight(read)) return 'value'
  if (read.left.problems.length === 0) throw new Error('refused without a word')
  return 'refused'
}

const run = { namespace: 'ci', id: 'web-1', pid: 42, generation: 1 }
const exit = { code: 137, at: nanos(1_764_000_000_123_456_789n), rank: 'observed' } as const
const records: readonly [ReaperRecord, ...ReadonlyArray<ReaperRecord>] = [
  {
    _tag: 'RunRecord',
    run,
    exit,
    metadata: { ...noMetadata, sandboxId: 'pod-1' },
    oomKilled: true,
    notified: false,
    attempts: 2,
    lastError: 'no space left on device',
    standing: 'open',
    at: millis(1_764_000_000_124),
  },
  { _tag: 'RunDropped', run: { ...run, id: 'web-2' } },
  { _tag: 'SandboxRecord', namespace: 'ci', id: 'pod-1', exit, at: millis(1_764_000_000_125) },
  {
    _tag: 'Announcement',
    seq: 7,
    type: 'CONTAINER_STOPPED',
    run: { ...run, id: 'web-3' },
    sandboxId: undefined,
    exitCode: 137,
    exitedAt: exit.at,
    reason: 'OOMKilled',
    attempts: 1,
    handlingMs: 12,
    at: millis(1_764_000_000_126),
  },
]
const rowTexts = records.map((record) => JSON.stringify(encodeRecord(record))) as unknown as readonly [string, ...ReadonlyArray<string>]

/** A row that is taken is gone on from: it becomes a state, and is told to people. */
const takeUp = (record: ReaperRecord): void => {
  const state = replayRecords('boot-1', [...records, record])
  resume(defaultPolicy)(state, millis(1_764_000_000_200))
  violations(defaultPolicy)(state)
  statusReport(1, ['ci'], state)
  describeRecord(record)
  if (record._tag === 'Announcement') announcementFields(record)
}

const parsed = (text: string, use: (json: unknown) => Verdict): Verdict => {
  const json = E.tryCatch((): unknown => JSON.parse(text), () => undefined)
  return E.isLeft(json) ? 'refused' : use(json.right)
}

const statusText = encodeStatusFile({
  pid: 42,
  createdAt: nanos(1_764_000_000_000_000_001n),
  startedAt: nanos(1_764_000_000_000_000_002n),
  finishedAt: nanos(0n),
  exitCode: -1,
  reason: 'OOMKilled',
  message: 'a "text"',
  resources: '{"linux":{"cpu_shares":1024}}',
})

const toml = `namespaces = ["ci", "edge"]
address = "/run/containerd/containerd.sock"
selectors = ["labels.app==web", 'labels."a/b"=="x"']
state_dir = "/var/lib/containerd-reaper"
log = "json"
dry_run = true

[policy]
handling_timeout = "20s"
on_handling_timeout = "join"
max_handlings = 8
backoff_jitter = 0.5
`

const report = JSON.stringify({
  pid: 7,
  namespaces: ['ci'],
  containers: 2,
  running: 1,
  lastSeq: 9,
  handling: [{
    ...run,
    phase: 'Deleting',
    exitCode: 3,
    since: '2026-01-01T00:00:00.000Z',
    attempt: 2,
    lastError: 'busy',
    nextAttemptAt: null,
    outstanding: 'Delete',
  }],
})

export const ofFiles: ReadonlyArray<Target> = [
  ofText(
    'a configuration file',
    [toml, 'namespaces = ["ci"]\n'],
    (text) => either(readCommand({ argv: ['run', '--config', '/c.toml'], env: {}, version: '1', readFile: () => E.right(text) })),
  ),
  ofJson(
    'a configuration as a value',
    ['{"namespaces":["ci"],"policy":{"handling_timeout":"20s","max_handlings":8}}'],
    (text) => parsed(text, (json) => lined(decodeConfig(json))),
  ),
  ofText('a setting', ['ci,edge', '10s', '1m30s', 'labels.app==web', 'true', '0.5', '/run/x.sock', 'k8s.io', 'join', '512'], (text) => {
    const taken = allSettings.filter(({ shape, decode }) => E.isRight(decode(valueOfText(shape, text))))
    return taken.length > 0 ? 'value' : 'refused'
  }),
  ofText('a duration', ['1h2m3s4ms', '250ms', '10s'], (text) => (parseDuration(text) === undefined ? 'refused' : 'value')),
  ofText('a name', ['ci-jobs', 'a.b_c', 'k8s.io'], (text) => (isIdentifier(text) ? 'value' : 'refused')),
  ofText(
    'a selector',
    ['labels.app==web,id~=/^ci/', 'labels."a/b"!="x,y"', 'image~=|nginx|', 'runtime.name'],
    (text) => selectorProblem(text) === undefined ? 'value' : 'refused',
  ),
  ofJson('the metadata of a CRI container', [
    '{"Version":"v1","Metadata":{"ID":"c1","Name":"web_pod_ns_uid_2","SandboxID":"s1","Config":{"metadata":{"name":"web","attempt":2},"labels":{"a":"b"},"annotations":null}}}',
  ], (text) => lined(decodeContainerMetadata(text))),
  ofJson('the metadata of a CRI sandbox', [
    '{"Version":"v1","Metadata":{"ID":"s1","Name":"p","RuntimeHandler":"","Config":{"metadata":{"name":"p","uid":"u","namespace":"n","attempt":0},"labels":{"a":"b"}}}}',
  ], (text) => lined(decodeSandboxMetadata(text))),
  ofJson('a status file', [statusText], (text) => lined(decodeStatusFile(text))),
  ofJson(
    'an OCI spec',
    ['{"process":{"args":["sh"],"env":["A=b"]},"linux":{"namespaces":[{"type":"pid"},{"type":"ipc","path":"/proc/1/ns/ipc"}],"resources":{"memory":{"limit":1}}}}'],
    (text) => {
      fromSpec(text)
      return hasOwnPidNamespace(text) ? 'value' : 'refused'
    },
  ),
  ofJson('a record as JSON', rowTexts, (text) =>
    parsed(text, (json) => {
      const record = decodeRecord(json, 'row 7')
      if (E.isRight(record)) takeUp(record.right)
      return lined(record)
    })),
  ofJson('a row of the store, rightly sealed', rowTexts, (text) => {
    const key = rowKey(7)
    return either(readRow(7, valueOf(key, text)))
  }),
  ofText(
    'a row of the store, as it stands',
    rowTexts.map((text) => valueOf(rowKey(7), text)) as unknown as readonly [string],
    (text) => either(readRow(7, text)),
  ),
  ofJson('the head rows of the store', ['{"version":1}', '{"first":1,"boot":"b","bootFirst":1,"acknowledged":0,"dropped":0}'], (text) => {
    const verdicts = [either(readFormat(valueOf(formatKey, text))), either(readSpan(valueOf(spanKey, text)))]
    return verdicts.includes('value') ? 'value' : 'refused'
  }),
  ofJson('the answer of the control socket', [report], (text) =>
    parsed(text, (json) => {
      renderAnswer(json, true)
      return either(renderAnswer(json, false))
    })),
]

function valueOf(key: string, payload: string): string {
  const op = put(key, payload)
  return op.type === 'put' ? op.value : ''
}
