/**
 * CRI beside a reaper: overhears what the reaper asks containerd, watches its machine, and serves what they tell, a namespace a socket.
 * It never holds the reaper up: what it is told, it writes down in memory.
 *
 * @module
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Announcement, initial, millis, type ReaperRecord, type State, toNanos } from '../../core/index.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { Containerd } from '../containerd/client.ts'
import { momentsOf } from '../listeners/moments.ts'
import type { Trace } from '../loop.ts'
import { makeDirectory } from './directory.ts'
import { defaultFeedLimits, type Encode, type Feed, type FeedLimits, makeFeed } from './feed.ts'
import { makeGather, smallPod } from './gather.ts'
import { encodeEvent, eventMessage } from './message.ts'
import { makeRoster } from './roster.ts'
import { type CriServer, serveOn } from './server.ts'
import type { Store } from '../store/port.ts'
import type { SocketProblem } from './socket.ts'
import { makeStage, type Stage } from './stage.ts'
import { makeView, type View } from './view.ts'
import { stoppable } from '../task/cancellable.ts'

export interface CriOptions {
  readonly namespaces: ReadonlyArray<string>
  /** Of this program, for those who ask what runs here. */
  readonly version: string
  readonly clock?: Clock
  readonly limits?: Partial<FeedLimits>
}

export interface Cri {
  /** For the reaper: the same containerd, overheard. */
  readonly overhear: (containerd: Containerd) => Containerd
  /** For the reaper: the same store. Announcements of an earlier process are told again to whoever may have missed them. */
  readonly recall: (store: Store<ReaperRecord>) => Store<ReaperRecord>
  /** For the reaper: its trace. */
  readonly trace: Trace
  /** For the reaper: its announcements, once they are durable. */
  readonly onAnnouncement: (announcement: Announcement) => void
  /** Serves one of the namespaces on a socket. */
  readonly serve: (namespace: string, path: string) => TE.TaskEither<SocketProblem, CriServer>
  /** What is served of a namespace, without a socket; undefined for one that was not given. */
  readonly of: (namespace: string) => Served | undefined
  /** Records that are remembered, for those who watch memory. */
  readonly entries: () => number
  /** Ends its timers. */
  readonly stop: () => void
}

export interface Served {
  readonly view: View
  readonly feed: Feed
}

interface Theatre extends Served {
  readonly stage: Stage
}

/**
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { mkdtempSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { connect, makeCri, memoryStore, startReaper } from 'containerd-reaper/shell'
 * import { startEmbeddedContainerd } from 'containerd-reaper/testing'
 *
 * const embedded = await startEmbeddedContainerd()
 * const containerd = connect({ address: embedded.address })
 * const cri = makeCri({ namespaces: ['ci'], version: '1.0.0' })
 * const { trace, onAnnouncement } = cri
 * const store = cri.recall(memoryStore())
 * const started = await startReaper({ containerd: cri.overhear(containerd), store, namespaces: ['ci'], trace, onAnnouncement })()
 * const server = await cri.serve('ci', join(mkdtempSync(join(tmpdir(), 'cri-')), 'cri.sock'))()
 * assert.ok(E.isRight(started) && E.isRight(server))
 * // crictl --runtime-endpoint unix://... ps, pods, inspect, events
 *
 * await server.right.close()
 * await started.right.stop(1_000)()
 * cri.stop()
 * containerd.close()
 * await embedded.stop()
 * ```
 */
export const makeCri = ({ namespaces, version, clock = systemClock, limits }: CriOptions): Cri => {
  const end = stoppable()
  const directory = makeDirectory(clock)
  let state: State = initial('')
  let hasBegun = false

  const makeTheatre = (namespace: string): Theatre => {
    const roster = makeRoster()
    const view = makeView({ namespace, directory, roster, state: () => state, clock })
    const encode: Encode = (entry, isOld, withSeq) => {
      const whole = entry.full && !(isOld && roster.podSize(entry.podId) > smallPod)
      return encodeEvent(eventMessage(entry, view, whole), withSeq ? entry.seq : undefined)
    }
    const feed = makeFeed(momentsOf(clock), encode, { ...defaultFeedLimits, ...limits })
    const gather = makeGather({ clock, signal: end.signal, podSize: roster.podSize, push: feed.push })
    const beganAt = toNanos(millis(clock.now()))
    const stage = makeStage({ namespace, beganAt, directory, roster, view, emit: gather.offer, state: () => state })
    return { view, feed, stage }
  }
  const theatres: ReadonlyMap<string, Theatre> = new Map(namespaces.map((namespace) => [namespace, makeTheatre(namespace)]))

  return {
    overhear: directory.overhear,
    recall: (store) => ({
      ...store,
      load: () =>
        pipe(
          store.load(),
          TE.map((records) => {
            for (const record of records) if (record._tag === 'Announcement') theatres.get(record.run.namespace)?.stage.recalled(record)
            return records
          }),
        ),
    }),
    trace: (event, effects, after, before) => {
      state = before
      if (!hasBegun) { for (const { stage } of theatres.values()) stage.begin(before, event.at) }
      hasBegun = true
      state = after
      for (const { stage } of theatres.values()) stage.observe(event, effects, after)
    },
    onAnnouncement: (announcement) => theatres.get(announcement.run.namespace)?.stage.announced(announcement),
    serve: (namespace, path) => {
      const theatre = theatres.get(namespace)
      if (theatre === undefined) throw new Error(`Cannot serve namespace ${namespace}: wanted one of ${namespaces.join(', ')}`)
      return serveOn(path, { namespace, version, view: theatre.view, feed: theatre.feed, clock })
    },
    of: (namespace) => theatres.get(namespace),
    entries: directory.size,
    stop: () => end.abort(),
  }
}
