/**
 * The reaper as a library: give it a containerd, a store and the namespaces to look after, and it does until it is stopped.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as T from 'fp-ts/lib/Task.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import {
  type Announcement,
  defaultPolicy,
  millis,
  type Policy,
  policyProblem,
  type ReaperEvent,
  type ReaperRecord,
  replayRecords,
  resume,
  type State,
} from '../core/index.ts'
import { type Announcements, makeAnnouncements, memoryLog } from './announcements.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Containerd } from './containerd/client.ts'
import { type CallLimits, defaultCallLimits, type Env, type IoPort } from './env.ts'
import type { StoreFailed } from './errors.ts'
import { bootId } from './boot_id.ts'
import { makeCalls } from './task/calls.ts'
import { attachOnce } from './interpret/io.ts'
import type { Log } from './log.ts'
import { silentLog } from './log.ts'
import { makeLoop, type Trace } from './loop.ts'
import { mailbox } from './mailbox.ts'
import type { NriHost } from './nri/host.ts'
import { makeNriPort } from './nri/reaper/reaper_nri.ts'
import type { Shims } from './shim/shims.ts'
import { stayConnected } from './source/connection.ts'
import { type NotStopped, type Stopped, stoppedRuns } from './stopped.ts'
import type { AnnouncementLog, Store } from './store/port.ts'
import { linkedTo, stoppable } from './task/cancellable.ts'
import { withLimit } from './task/limit.ts'

export interface ReaperOptions {
  readonly containerd: Containerd
  readonly store: Store<ReaperRecord>
  /** The containerd namespaces to look after. Nothing outside them is touched. */
  readonly namespaces: ReadonlyArray<string>
  /** Filters in containerd's syntax; a container is looked after if one of them matches. None: all are. */
  readonly selectors?: ReadonlyArray<string>
  readonly policy?: Partial<Policy>
  readonly limits?: Partial<CallLimits>
  readonly io?: IoPort
  /** NRI plugins, which are told of every exit; from `startNriHost`. It stays yours to close, after the reaper has stopped. */
  readonly nri?: NriHost
  /** The shims of this containerd, from `hostShims`: they are asked for exits while containerd is away. Without, those of 1.7 and later are lost. */
  readonly shims?: Shims
  readonly log?: Log
  readonly clock?: Clock
  /** This boot of the host; the kernel's id of it unless told. Pids of another boot mean nothing in this one. */
  readonly bootId?: string
  /** Draws the lots for jitter; from 0 up to, but not, 1. */
  readonly random?: () => number
  /** Say what would be done, once a run, and do nothing that cannot be undone. */
  readonly dryRun?: boolean
  /** Called for each announcement once it is in the log, in the order of their sequence numbers. What it throws is logged. */
  readonly onAnnouncement?: (announcement: Announcement) => void
  /** Sees every event and the effects it led to. Must neither throw nor wait. */
  readonly trace?: Trace
}

export interface Reaper {
  /**
   * Ends when the container's run stops: with the run that is open now or, if there is none, the next one. A run that has stopped
   * already, and whose container is still there, ends it at once. So does `stop`, with `NotStopped`: its `run` is undefined and its reason
   * `ReaperStopped`. Never rejects.
   */
  readonly stopped: (namespace: string, id: string) => T.Task<Stopped | NotStopped>
  /**
   * The announcements that are there from number `from` on, then those that come, each once it is durable. Any number of readers, each
   * at its own pace; one that fell behind retention is given a `Gap`. What was read before a crash and not remembered comes again: its
   * identity (namespace, id, pid, generation) and number are the same.
   */
  readonly announcements: Announcements['read']
  /** Announcements up to `seq` may be dropped earlier than retention says. For all readers: only the last of them needs to say so. */
  readonly acknowledge: (seq: number) => TE.TaskEither<StoreFailed, void>
  /** The machine's state as it is now: a value, which does not change any more. */
  readonly state: () => State
  /** Ends when the first listing has been taken in: from then on whatever exits is seen. */
  readonly ready: T.Task<void>
  /** Takes no new work, lets what is in flight settle for `graceMs`, and ends. What is left is taken up by the next start. */
  readonly stop: (graceMs: number) => T.Task<void>
}

/** Events that may wait to be taken before the stream and the listings are asked for patience. */
const mailboxCapacity = 1_024
/** Reads side by side: more do not get a daemon on a few cores to answer sooner. */
const readsAtOnce = 16
/** Announcements that are kept in memory when the store keeps none for readers. */
const keptInMemory = 10_000

/**
 * Starts a reaper. It first takes up what the store says was left undone, then connects; containerd may come and go. Throws a RangeError
 * at once for a policy that cannot be obeyed.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { connect, memoryStore, startReaper } from 'containerd-reaper/shell'
 * import { startEmbeddedContainerd } from 'containerd-reaper/testing'
 *
 * const embedded = await startEmbeddedContainerd()
 * const containerd = connect({ address: embedded.address })
 * const started = await startReaper({ containerd, store: memoryStore(), namespaces: ['ci'] })()
 * assert.ok(E.isRight(started))
 * const reaper = started.right
 * await reaper.ready()
 *
 * await embedded.run({ namespace: 'ci', id: 'job-1', command: ['sh', '-c', 'exit 3'] })
 * const { exitCode } = await reaper.stopped('ci', 'job-1')()
 * assert.equal(exitCode, 3)
 *
 * await reaper.stop(1_000)()
 * containerd.close()
 * await embedded.stop()
 * ```
 */
export const startReaper = (options: ReaperOptions): TE.TaskEither<StoreFailed, Reaper> => {
  const policy = policyFor(options)
  const problem = policyProblem(policy)
  if (problem !== undefined) throw new RangeError(`Cannot start the reaper: ${problem}`)
  return async () => {
    const loaded = await options.store.load()()
    if (E.isLeft(loaded)) return loaded
    return E.right(await begin(options, policy, loaded.right))
  }
}

const policyFor = ({ selectors = [], io, nri, policy, dryRun = false }: ReaperOptions): Policy => {
  const given = { selective: selectors.length > 0, io: io !== undefined, nri: nri !== undefined }
  return { ...defaultPolicy, ...given, ...policy, ...(dryRun ? { sweepLeftBehind: false } : {}) }
}

const begin = async (options: ReaperOptions, policy: Policy, records: ReadonlyArray<ReaperRecord>): Promise<Reaper> => {
  const { containerd, store, namespaces, selectors = [], clock = systemClock, log = silentLog, random = Math.random } = options
  const end = stoppable()
  const stopping = linkedTo(end.signal)
  const events = mailbox<ReaperEvent>(mailboxCapacity)
  const runs = stoppedRuns()
  const inMemory = memoryLog(keptInMemory, store.announcements === undefined ? records.filter(isAnnouncement) : [])
  const said: AnnouncementLog = store.announcements ?? inMemory
  const readers = makeAnnouncements(said, clock, end.signal)
  const withoutNri: Env = {
    signal: end.signal,
    stopping: stopping.signal,
    clock,
    random,
    log,
    containerd,
    store,
    policy,
    limits: { ...defaultCallLimits, ...options.limits },
    namespaces,
    selectors,
    dryRun: options.dryRun ?? false,
    io: options.io === undefined ? undefined : attachOnce(options.io),
    shims: options.shims,
    post: events.post,
    announce: (announcement) => {
      if (store.announcements === undefined) inMemory.add(announcement)
      readers.wake()
      tell(log, options.onAnnouncement, announcement)
    },
    signalStopped: runs.signal,
    calls: makeCalls(),
    reads: withLimit(readsAtOnce),
  }
  const nri = options.nri === undefined ? undefined : makeNriPort(options.nri, withoutNri, () => loop.state())
  const env: Env = { ...withoutNri, nri }
  const trace: Trace | undefined = nri === undefined ? options.trace : (event, effects, after, before) => {
    nri.observe(event, effects, after)
    options.trace?.(event, effects, after, before)
  }
  const at = millis(clock.now())
  const state = replayRecords(options.bootId ?? await bootId(), records, store.earlierBoot, at)
  const loop = makeLoop(env, events, state, resume(policy)(state, at), trace)
  if (nri !== undefined) options.nri?.provide(nri.world)
  const ready = oneShot()
  const ran = loop.run()
  const connected = stayConnected({ ...env, signal: stopping.signal }, ready.signal)()

  const stop = async (graceMs: number): Promise<void> => {
    stopping.abort()
    await connected
    const patience = stoppable()
    await Promise.race([loop.settled(), clock.sleep(graceMs, patience.signal)])
    patience.abort()
    end.abort()
    events.close()
    await ran
    runs.end()
    await store.close()()
  }
  let stopped: Promise<void> | undefined
  return {
    stopped: (namespace, id) => () => runs.next(namespace, id, loop.state()),
    announcements: readers.read,
    acknowledge: said.acknowledge,
    state: loop.state,
    ready: () => ready.come,
    stop: (graceMs) => () => stopped ??= stop(graceMs),
  }
}

const isAnnouncement = (record: ReaperRecord): record is Announcement => record._tag === 'Announcement'

/** A listener is the user's code: what it throws is said and goes no further, for the announcement is in the log whatever it does. */
const tell = (log: Log, listener: ReaperOptions['onAnnouncement'], announcement: Announcement): void => {
  try {
    listener?.(announcement)
  } catch (error) {
    const { run: { namespace, id }, seq } = announcement
    log.error('a listener failed, going on without it', {
      namespace,
      id,
      seq,
      error: error instanceof Error ? error.message : String(error),
    })
  }
}

const oneShot = (): { readonly come: Promise<void>; readonly signal: () => void } => {
  let signal: () => void = () => undefined
  const come = new Promise<void>((resolve) => signal = resolve)
  return { come, signal }
}
