/** What the recordings say once decoded, beside what truly happened; that they come back byte for byte is test/vectors/captures.ts. */
import t from 'tap'
import { Metrics as CgroupMetrics } from '../../shell/proto/gen/containerd/cgroups1.ts'
import { ListContainersResponse } from '../../shell/proto/gen/containerd/containers.ts'
import { TaskExit, TaskOOM } from '../../shell/proto/gen/containerd/event_types.ts'
import { MetricsResponse } from '../../shell/proto/gen/containerd/tasks.ts'
import { Envelope } from '../../shell/proto/gen/containerd/types.ts'
import { VersionResponse } from '../../shell/proto/gen/containerd/version.ts'
import { captureNames, readCapture, readTruth } from '../support/captures.ts'
import { packedIn, unnamedIn } from '../support/messages.ts'

const envelopesOf = (name: string): ReadonlyArray<Envelope> =>
  readCapture(name).flatMap(({ method, bytes }) =>
    method.endsWith('Events/Subscribe') && bytes !== undefined ? [Envelope.decode(bytes)] : []
  )

const bodiesOf = (
  envelopes: ReadonlyArray<Envelope>,
  topic: string,
): ReadonlyArray<{ readonly namespace: string; readonly value: Uint8Array }> =>
  envelopes.flatMap(({ namespace, topic: found, event }) =>
    found === topic && event !== undefined ? [{ namespace, value: event.value }] : []
  )

/** The name that the truth file gives an exit: `id`, `id#2` for the id's second use, `id/exec:name` for an exec. */
const nameOf = (exit: TaskExit, uses: number): string =>
  exit.id === exit.containerId ? (uses > 1 ? `${exit.containerId}#${uses}` : exit.containerId) : `${exit.containerId}/exec:${exit.id}`

const exitsOf = (name: string): ReadonlyMap<string, number> => {
  const seen = new Map<string, number>()
  const exits = new Map<string, number>()
  for (const { namespace, value } of bodiesOf(envelopesOf(name), '/tasks/exit')) {
    const exit = TaskExit.decode(value)
    const process = `${namespace}/${exit.containerId}/${exit.id}`
    const uses = (seen.get(process) ?? 0) + 1
    seen.set(process, uses)
    exits.set(`${namespace}/${nameOf(exit, uses)}`, exit.exitStatus)
  }
  return exits
}

for (const name of captureNames) {
  t.test(`${name}: every exit event carries the code that the process really had`, async (t) => {
    const exits = exitsOf(name)
    for (const { namespace, id, exitCode } of readTruth(name)) {
      if (exitCode !== undefined) t.equal(exits.get(`${namespace}/${id}`), exitCode, `${namespace}/${id}`)
      else t.ok(exits.has(`${namespace}/${id}`), `${namespace}/${id} exited`)
    }
  })

  t.test(`${name}: every container that ran out of memory has its event`, async (t) => {
    const killed = bodiesOf(envelopesOf(name), '/tasks/oom').map(({ namespace, value }) =>
      `${namespace}/${TaskOOM.decode(value).containerId}`
    )
    const wanted = readTruth(name).filter(({ oom, reason }) => oom === true || reason === 'OOMKilled').map(({ namespace, id }) =>
      `${namespace}/${id}`
    )
    t.same([...new Set(killed)].sort(), wanted.sort())
  })

  t.test(`${name}: the daemon says its version`, async (t) => {
    const answer = readCapture(name).find(({ method }) => method === 'version.v1.Version/Version')
    t.ok(answer?.bytes !== undefined && VersionResponse.decode(answer.bytes).version.startsWith(name.replace('containerd-', '')))
  })

  t.test(`${name}: metrics of running tasks hold a memory limit and a readable count of kills`, async (t) => {
    const lists = readCapture(name).flatMap(({ method, label, bytes }) =>
      method === 'tasks.v1.Tasks/Metrics' && label === 'running' && bytes !== undefined ? [MetricsResponse.decode(bytes)] : []
    )
    const metrics = lists.flatMap((list) => list.metrics.map(({ data }) => CgroupMetrics.decode(data?.value ?? new Uint8Array())))
    t.ok(metrics.length > 0)
    t.ok(metrics.every(({ memory }) => (memory?.usage?.limit ?? 0n) > 0n))
    t.ok(metrics.every(({ memoryOomControl }) => memoryOomControl !== undefined && typeof memoryOomControl.oomKill === 'bigint'))
  })
}

t.test('containerd 1.6 refuses what it does not have with code 12', async (t) => {
  const refused = readCapture('containerd-1.6.20').filter(({ bytes }) => bytes === undefined)
  t.same([...new Set(refused.map(({ method, code }) => `${method} ${code}`))], [
    'runtime.v1.RuntimeService/GetContainerEvents 12',
    'sandbox.v1.Store/List 12',
  ])
})

t.test('what a careless codec loses', async (t) => {
  const label = ListContainersResponse.fromPartial({ containers: [{ id: 'a', labels: new Map([['__proto__', 'kept'], ['empty', '']]) }] })
  t.same([...(ListContainersResponse.decode(ListContainersResponse.encode(label).finish()).containers[0]?.labels ?? [])], [[
    '__proto__',
    'kept',
  ], ['empty', '']])

  const big = CgroupMetrics.fromPartial({ memoryOomControl: { oomKill: 18_446_744_073_709_551_615n } })
  t.equal(CgroupMetrics.decode(CgroupMetrics.encode(big).finish()).memoryOomControl?.oomKill, 18_446_744_073_709_551_615n)

  const late = Envelope.fromPartial({ timestamp: { seconds: -62_135_596_800n, nanos: 999_999_999 } })
  t.match(Envelope.decode(Envelope.encode(late).finish()).timestamp, { seconds: -62_135_596_800n, nanos: 999_999_999 })
})

t.test('a field of a later version is kept, and seen to have no name', async (t) => {
  const bytes = Uint8Array.of(0x0a, 1, 0x61, 0xf2, 0x3f, 1, 0x62) // container_id "a", then field 1022 "b"
  const message = TaskOOM.decode(bytes)
  t.same(Uint8Array.from(TaskOOM.encode(message).finish()), bytes)
  t.same(unnamedIn({ event: message }), ['.event#1022'])
  t.same(packedIn({ list: [{ typeUrl: 'x', value: bytes }] }).map(({ typeUrl }) => typeUrl), ['x'])
})
