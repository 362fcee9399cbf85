/**
 * The CRI event stream of a simulated reaper: the shell's own stage, feed and pumps, driven by the world's clock, and clients that come
 * when the reaper is there, stall, die with what lies unread in their buffers, and come back, perhaps before it shows that they went.
 */
import { type Announcement, type ContainerFacts, type ContainerKey, millis, nanos, type State, unknownFacts } from '../../core/index.ts'
import { parts, toNanos } from '../../core/index.ts'
import type { Directory } from '../../shell/cri/directory.ts'
import type { Entry } from '../../shell/cri/entry.ts'
import { type Feed, type FeedLimits, makeFeed } from '../../shell/cri/feed.ts'
import { makeRoster } from '../../shell/cri/roster.ts'
import { makeStage, type Stage } from '../../shell/cri/stage.ts'
import { makeView } from '../../shell/cri/view.ts'
import type { Moments } from '../../shell/listeners/moments.ts'
import type { Clock } from './clock.ts'
import { createClient, type CriClient } from './cri_client.ts'
import type { Checker } from './hooks.ts'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'
import type { Containerd } from './truth.ts'

export interface CriEnv {
  readonly clock: Clock
  readonly random: Random
  readonly plan: Plan
  readonly calmAt: number
  readonly containerd: Containerd
  readonly rows: () => ReadonlyArray<{ readonly _tag: string }>
  readonly hooks: () => Required<Checker>
}

/** Small, so that a world of some dozens of events fills them. */
export const criLimits = (plan: Plan): FeedLimits => ({
  capacity: plan.keepEvents,
  holdMs: 300_000,
  arriveMs: 100,
  settleMs: 250,
  windowBytes: 900,
  inFlight: 2,
  inFlightBytes: 600,
})

/** Of one event on the wire. */
const messageBytes = 300

/** One namespace of one life of the reaper. */
interface Theatre {
  readonly namespace: string
  readonly feed: Feed
  readonly stage: Stage
}

export const createCri = ({ clock, random, plan, calmAt, containerd, rows, hooks }: CriEnv): Checker => {
  if (plan.criClients === 0) return {}
  let life = 0
  let state: State | undefined
  let theatres: ReadonlyArray<Theatre> = []
  let isRecalling = false
  const entryOf = new WeakMap<Uint8Array, Entry>()

  /** What a life planned, nobody does after it. */
  const living = (act: () => void): () => void => {
    const mine = life
    return () => {
      if (mine === life) act()
    }
  }
  const moments: Moments = {
    now: clock.now,
    monotonic: clock.now,
    soon: (act) => void clock.after(0, living(act)),
    after: (ms, act) => clock.after(ms + 1, living(act)),
  }
  /** What the reaper reads anyway; here it is always up to date. */
  const facts = (key: ContainerKey): ContainerFacts | undefined => {
    const row = containerd.rows.get(key)
    return row === undefined ? undefined : unknownFacts(parts(key)[1], toNanos(millis(row.createdAt)))
  }
  const directory: Directory = {
    overhear: (it) => it,
    container: facts,
    pod: () => undefined,
    forget: () => undefined,
    size: () => 0,
  }
  const open = (namespace: string, restored: State): Theatre => {
    const now = (): State => state ?? restored
    const roster = makeRoster()
    const view = makeView({ namespace, directory, roster, state: now, clock })
    const feed = makeFeed(moments, (entry) => {
      const bytes = new Uint8Array(messageBytes)
      entryOf.set(bytes, entry)
      return bytes
    }, criLimits(plan))
    const emit = (entry: Entry): void => {
      feed.push(entry)
      hooks().streamed(namespace, entry, isRecalling)
    }
    const stage = makeStage({ namespace, beganAt: nanos(BigInt(clock.now()) * 1_000_000n), directory, roster, view, emit, state: now })
    return { namespace, feed, stage }
  }

  const clients = Array.from({ length: plan.criClients }, (_, place): CriClient => {
    const namespace = plan.namespaces[place % plan.namespaces.length] ?? ''
    return createClient({
      name: `crictl-${place + 1}`,
      clock,
      random: random.fork(`client ${place}`),
      plan,
      calmAt,
      hooks,
      listen: (sink) => theatres.find((it) => it.namespace === namespace)?.feed.listen(sink, { _tag: 'LeftOff' }),
      entry: (bytes) => entryOf.get(bytes),
      namespace,
    })
  })

  return {
    resumed: (restored) => {
      life += 1
      state = restored
      theatres = plan.namespaces.map((namespace) => open(namespace, restored))
      isRecalling = true
      for (const row of rows()) {
        if (row._tag !== 'Announcement') continue
        const said = row as Announcement
        theatres.find(({ namespace }) => namespace === said.run.namespace)?.stage.recalled(said)
      }
      isRecalling = false
      for (const { stage } of theatres) stage.begin(restored, millis(clock.now()))
      for (const client of clients) client.begin()
    },
    stepped: (event, _before, after, effects) => {
      state = after
      for (const { stage } of theatres) stage.observe(event, effects, after)
    },
    released: (said, how) => {
      if (how !== 'EmitContainerEvent') return
      for (const { namespace, stage } of theatres) if (namespace === said.run.namespace) stage.announced(said)
    },
    crashed: () => {
      life += 1
      theatres = []
      for (const client of clients) client.cutOff()
    },
  }
}
