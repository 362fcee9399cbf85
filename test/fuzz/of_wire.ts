/**
 * What containerd sends. The messages themselves are decoded by generated code inside grpc-js, which turns what it throws into the status
 * of the call; so a message that cannot be decoded is a refusal here, and what is made of one that can must not throw.
 */
import { millis } from '../../core/index.ts'
import { classify } from '../../shell/containerd/classify.ts'
import { decodeEvent } from '../../shell/containerd/decode_event.ts'
import { metadataOf } from '../../shell/containerd/metadata.ts'
import { oomKills } from '../../shell/containerd/oom_kills.ts'
import { taskView } from '../../shell/containerd/task_view.ts'
import { toNanoseconds } from '../../shell/containerd/time.ts'
import { containerFactsOf, podFactsOf } from '../../shell/cri/facts.ts'
import { parseFilter } from '../../shell/embedded/filter.ts'
import { nanos } from '../../core/index.ts'
import { Container, ListContainersResponse } from '../../shell/proto/gen/containerd/containers.ts'
import { ControllerWaitResponse, StoreListResponse } from '../../shell/proto/gen/containerd/sandbox.ts'
import { DeleteResponse, ListTasksResponse, MetricsResponse, WaitResponse } from '../../shell/proto/gen/containerd/tasks.ts'
import { Envelope } from '../../shell/proto/gen/containerd/types.ts'
import { captureNames, readCapture } from '../support/captures.ts'
import { ofBytes, ofText, type Target, type Verdict } from './target.ts'

type Some<A> = readonly [A, ...ReadonlyArray<A>]

const captured = (method: string): Some<Uint8Array> => {
  const [first, ...more] = captureNames.flatMap((name) =>
    readCapture(name).flatMap((line) => (line.method.endsWith(method) && line.bytes !== undefined ? [line.bytes] : []))
  )
  if (first === undefined) throw new Error(`No recording has ${method}`)
  return [first, ...more]
}

/** A message that grpc-js would have refused, or what is made of it. */
const through = <A>(codec: { readonly decode: (bytes: Uint8Array) => A }, use: (message: A) => unknown) => (bytes: Uint8Array): Verdict => {
  let message: A
  try {
    message = codec.decode(bytes)
  } catch (error) {
    if (error instanceof Error) return 'refused'
    throw error
  }
  use(message)
  return 'value'
}

const envelopes = captured('/Subscribe')
const at = millis(0)

const payloads: ReadonlyMap<string, Some<Uint8Array>> = envelopes.reduce((all, bytes) => {
  const { event } = Envelope.decode(bytes)
  if (event === undefined || decodeEvent(Envelope.decode(bytes), at)._tag !== 'Decoded') return all
  const known = all.get(event.typeUrl)
  return all.set(event.typeUrl, known === undefined ? [event.value] : [...known, event.value])
}, new Map<string, Some<Uint8Array>>())

const seconds = (moment: { readonly exitedAt: Parameters<typeof toNanoseconds>[0] }): unknown => toNanoseconds(moment.exitedAt)

const metricUrls = ['io.containerd.cgroups.v1.Metrics', 'io.containerd.cgroups.v2.Metrics']
const metricSeeds: Some<Uint8Array> = [
  new Uint8Array(),
  ...captured('/Metrics').flatMap((bytes) =>
    MetricsResponse.decode(bytes).metrics.flatMap(({ data }) => (data === undefined ? [] : [data.value]))
  ),
]

const exitSeed = WaitResponse.encode({ exitStatus: 137, exitedAt: { seconds: 1_764_000_000n, nanos: 5 } }).finish()

export const ofWire: ReadonlyArray<Target> = [
  ofBytes('an envelope of the event stream', envelopes, through(Envelope, (envelope) => decodeEvent(envelope, at))),
  ...[...payloads].map(([typeUrl, seeds]) =>
    ofBytes(
      `the payload of ${typeUrl}`,
      seeds,
      (value) =>
        decodeEvent({ timestamp: undefined, namespace: 'ci', topic: '/t', event: { typeUrl, value } }, at)._tag === 'Decoded'
          ? 'value'
          : 'refused',
    )
  ),
  ofBytes(
    'a list of containers',
    captured('containers.v1.Containers/List'),
    through(ListContainersResponse, ({ containers }) => {
      for (const record of containers) {
        metadataOf(record)
        containerFactsOf(record, nanos(1n))
        podFactsOf(record, nanos(1n))
      }
    }),
  ),
  ofBytes(
    'the record of a container',
    captured('containers.v1.Containers/List').flatMap((bytes) =>
      ListContainersResponse.decode(bytes).containers.map((it) => Container.encode(it).finish())
    ) as unknown as Some<Uint8Array>,
    through(Container, (record) => {
      metadataOf(record)
      containerFactsOf(record, nanos(1n))
      podFactsOf(record, nanos(1n))
    }),
  ),
  ofBytes(
    'a list of tasks',
    captured('tasks.v1.Tasks/List'),
    through(ListTasksResponse, ({ tasks }) => tasks.map(taskView)),
  ),
  ofBytes('the end of a Wait', [exitSeed], through(WaitResponse, seconds)),
  ofBytes('the answer to a Delete', [exitSeed], through(DeleteResponse, seconds)),
  ofBytes('the end of a sandbox', [exitSeed], through(ControllerWaitResponse, seconds)),
  ofBytes(
    'a list of sandboxes',
    captured('Store/List'),
    through(StoreListResponse, ({ list }) => list.map((sandbox) => podFactsOf(sandbox, nanos(1n)))),
  ),
  ...metricUrls.map((typeUrl) =>
    ofBytes(
      typeUrl,
      metricSeeds,
      (value) => oomKills({ timestamp: undefined, id: 'c', data: { typeUrl, value } }) === undefined ? 'refused' : 'value',
    )
  ),
  ofText('the text of an error', [
    'ttrpc: closed',
    'rpc error: context deadline exceeded',
    'cannot delete a running process',
    'read ECONNRESET',
  ], (text) => {
    for (let code = 0; code <= 17; code += 1) classify(code, text)
    return 'value'
  }),
  ofText(
    'a filter',
    ['labels.app==web,id~=/^ci/', 'labels."a/b"=="x,y"', 'namespace==ci,topic~="^/tasks/(exit|oom)$"'],
    (text) => (parseFilter(text)._tag === 'Right' ? 'value' : 'refused'),
  ),
]
