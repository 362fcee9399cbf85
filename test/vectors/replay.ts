/**
 * The recordings of test/histories/, read by the shell's decoder and played to the core: what is announced is what truly happened. The
 * machine acts at once here, as if nobody else had deleted anything; with a grace, the client of the recording goes first.
 */
import assert from 'node:assert/strict'
import { type ContainerKey, containerKey, millis } from '../../core/ids.ts'
import type { ReaperEvent } from '../../core/event.ts'
import { type Metadata, noMetadata } from '../../core/metadata.ts'
import type { Announcement } from '../../core/record.ts'
import { decodeEvent } from '../../shell/containerd/decode_event.ts'
import { metadataOf } from '../../shell/containerd/metadata.ts'
import { oomKills } from '../../shell/containerd/oom_kills.ts'
import { taskView } from '../../shell/containerd/task_view.ts'
import { ListContainersResponse } from '../../shell/proto/gen/containerd/containers.ts'
import { ListTasksResponse, MetricsResponse } from '../../shell/proto/gen/containerd/tasks.ts'
import { Envelope } from '../../shell/proto/gen/containerd/types.ts'
import { type Captured, captureNames, readCapture, readTruth, type Truth } from '../support/captures.ts'
import { type Conversation, conversation, type Options } from '../support/conversation.ts'
import type { Vector } from '../support/property.ts'

type Lines = ReadonlyArray<Captured>

const answersTo = (lines: Lines, method: string, namespace: string): ReadonlyArray<Captured & { readonly bytes: Uint8Array }> =>
  lines.flatMap((
    line,
  ) => (line.method === method && line.namespace === namespace && line.bytes !== undefined ? [{ ...line, bytes: line.bytes }] : []))

/** The records that were listed, and for the pod, whose lists were empty by then, what its story says. */
const metadataIn = (lines: Lines, truth: ReadonlyArray<Truth>): ReadonlyMap<string, Metadata> => {
  const pause = truth.find(({ exitCode, namespace }) => namespace === 'k8s.io' && exitCode === undefined)?.id
  return new Map([
    ...truth.filter(({ namespace }) => namespace === 'k8s.io').map(({ id }) =>
      [containerKey('k8s.io', id), { ...noMetadata, kind: id === pause ? 'sandbox' : 'container', sandboxId: pause }] as const
    ),
    ...answersTo(lines, 'containers.v1.Containers/List', 'bench').flatMap(({ bytes }) =>
      ListContainersResponse.decode(bytes).containers.map((container) =>
        [containerKey('bench', container.id), metadataOf(container)] as const
      )
    ),
  ])
}

const killsIn = (lines: Lines): ReadonlyMap<string, bigint> =>
  new Map(
    answersTo(lines, 'tasks.v1.Tasks/Metrics', 'bench').flatMap(({ bytes }) =>
      MetricsResponse.decode(bytes).metrics.map((metric) => [containerKey('bench', metric.id), oomKills(metric) ?? 0n] as const)
    ),
  )

/** The events that the machine has a use for, in the namespaces that are ours. */
const eventsIn = (lines: Lines, namespaces: ReadonlyArray<string>, since = 0): ReadonlyArray<ReaperEvent> =>
  lines.flatMap(({ method, bytes, ms }) => {
    if (method !== 'events.v1.Events/Subscribe' || bytes === undefined || ms < since) return []
    const envelope = Envelope.decode(bytes)
    if (!namespaces.includes(envelope.namespace)) return []
    const decoded = decodeEvent(envelope, millis(ms))
    assert.notEqual(decoded._tag, 'Undecodable')
    return decoded._tag === 'Decoded' ? [decoded.event] : []
  })

/** The first listing of a namespace, and when it was made. */
const listingIn = (lines: Lines, namespace: string, metadata: ReadonlyMap<string, Metadata>): readonly [ReaperEvent, number] => {
  const [containers] = answersTo(lines, 'containers.v1.Containers/List', namespace)
  const [tasks] = answersTo(lines, 'tasks.v1.Tasks/List', namespace)
  assert.ok(containers && tasks)
  return [{
    _tag: 'Relisted',
    namespace,
    at: millis(tasks.ms),
    sandboxes: undefined,
    containers: ListContainersResponse.decode(containers.bytes).containers.map(({ id }) => (
      { id, metadata: metadata.get(containerKey(namespace, id)) ?? noMetadata }
    )),
    tasks: ListTasksResponse.decode(tasks.bytes).tasks.map((task) => ({ id: task.id, task: taskView(task) })),
  }, tasks.ms]
}

const play = (capture: string, events: ReadonlyArray<ReaperEvent>, policy: Options['policy'] = {}): Conversation => {
  const lines = readCapture(capture)
  const metadata = metadataIn(lines, readTruth(capture))
  const kills = killsIn(lines)
  const talk = conversation({
    from: 'nothing',
    policy,
    instead: {
      ASK: (container) => ({ _tag: 'Found', metadata: metadata.get(container) ?? noMetadata }),
      MET: (container) => ({ _tag: 'Counted', kills: kills.get(container) ?? 0n }),
    },
  })
  for (const event of events) {
    talk.pass(Math.max(0, event.at - talk.now()))
    talk.tell(event)
  }
  talk.finish()
  return talk
}

interface Ending {
  readonly key: ContainerKey
  readonly generation: number
  readonly code: number
  readonly oom: boolean
}
const byName = (a: Ending, b: Ending): number => (`${a.key}#${a.generation}` < `${b.key}#${b.generation}` ? -1 : 1)

/** What happened, as the truth file tells it: `name#2` is the second use of an id, execs are nobody's business. */
const truthOf = (capture: string, namespaces: ReadonlyArray<string>): ReadonlyArray<Ending> =>
  readTruth(capture).filter(({ namespace, id }) => namespaces.includes(namespace) && !id.includes('/')).map(
    ({ namespace, id, exitCode, oom, reason }) => {
      const [name = id, use = '1'] = id.split('#')
      // The pause container is stopped by SIGKILL; its truth gives no code.
      return {
        key: containerKey(namespace, name),
        generation: Number(use),
        code: exitCode ?? 137,
        oom: oom === true || reason === 'OOMKilled',
      }
    },
  ).sort(byName)

/** What was announced in the end: a change of the reason counts for the STOPPED before it. */
const endings = (told: ReadonlyArray<Announcement>): ReadonlyArray<Ending> => {
  const stopped = told.filter(({ type }) => type === 'CONTAINER_STOPPED')
  return stopped.map(({ run: { namespace, id, generation }, exitCode, reason, seq }) => {
    const changed = told.some((later) =>
      later.seq > seq && later.run.id === id && later.run.generation === generation && later.reason === 'OOMKilled'
    )
    return { key: containerKey(namespace, id), generation, code: exitCode, oom: changed || reason === 'OOMKilled' }
  }).sort(byName)
}

const both = ['bench', 'k8s.io']

export const cases: ReadonlyArray<Vector> = captureNames.flatMap((capture): ReadonlyArray<Vector> => [
  {
    name: `${capture}: bench replays to what truly happened`,
    run: () => assert.deepEqual(endings(play(capture, eventsIn(readCapture(capture), ['bench'])).told()), truthOf(capture, ['bench'])),
  },
  {
    name: `${capture}: so does k8s.io beside it, for whom the configuration allows it`,
    run: () => assert.deepEqual(endings(play(capture, eventsIn(readCapture(capture), both)).told()), truthOf(capture, both)),
  },
  {
    name: `${capture}: the same when other clients are given time to delete their own tasks`,
    run: () => {
      const talk = play(capture, eventsIn(readCapture(capture), both), { deleteGraceMs: 5_000 })
      assert.deepEqual(endings(talk.told()), truthOf(capture, both))
    },
  },
  {
    name: `${capture}: the same when every event comes twice`,
    run: () => {
      const talk = play(capture, eventsIn(readCapture(capture), both).flatMap((event) => [event, event]))
      assert.deepEqual(endings(talk.told()), truthOf(capture, both))
    },
  },
  {
    // Its OOM kill was before our time, and without one only an exit with 137 is looked into, as in containerd's own plugin.
    name: `${capture}: the same when the machine starts in the middle, with a listing, but for the reason of a death by exit 1`,
    run: () => {
      const lines = readCapture(capture)
      const [listed, ms] = listingIn(lines, 'bench', metadataIn(lines, readTruth(capture)))
      const talk = play(capture, [listed, ...eventsIn(lines, both, ms)])
      const truth = truthOf(capture, both).map((ending) => ending.key === 'bench/plain-oom' ? { ...ending, oom: false } : ending)
      assert.deepEqual(endings(talk.told()), truth)
    },
  },
  {
    name: `${capture}: the same when all exits before a listing are lost`,
    run: () => {
      const lines = readCapture(capture)
      const [listed, ms] = listingIn(lines, 'bench', metadataIn(lines, readTruth(capture)))
      const early = eventsIn(lines, ['bench']).filter((event) => event.at < ms && event._tag !== 'TaskExited')
      const talk = play(capture, [...early, listed, ...eventsIn(lines, both, ms)])
      assert.deepEqual(endings(talk.told()), truthOf(capture, both))
    },
  },
])
