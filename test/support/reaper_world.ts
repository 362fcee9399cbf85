/** A reaper on an embedded containerd of its own, with all that it says, and taken down again whatever a test does. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { type Announcement, defaultPolicy, type Effect, type Policy, type ReaperRecord, violations } from '../../core/index.ts'
import { connect, type Containerd } from '../../shell/containerd/client.ts'
import { type EmbeddedContainerd, type EmbeddedOptions, startEmbeddedContainerd } from '../../shell/embedded/index.ts'
import { type Reaper, type ReaperOptions, startReaper } from '../../shell/reaper.ts'
import { memoryStore } from '../../shell/store/memory.ts'
import type { Store } from '../../shell/store/port.ts'
import { type RecordingLog, recordingLog } from './recording_log.ts'
import { waitFor } from './wait_for.ts'

/** Waits that tests need not sit out; everything else is as by default. */
export const quick: Partial<Policy> = { backoffFirstMs: 20, backoffCapMs: 200, inferredGraceMs: 40 }

export interface ReaperWorld {
  readonly stand: EmbeddedContainerd
  readonly containerd: Containerd
  readonly reaper: Reaper
  readonly log: RecordingLog
  /** What has been announced so far, in order. */
  readonly announced: ReadonlyArray<Announcement>
  /** What the machine has asked for so far, in order. */
  readonly effects: ReadonlyArray<Effect>
  /** `id code reason` of every announcement. */
  readonly told: () => ReadonlyArray<string>
  /** Waits until so many announcements are out. */
  readonly announcements: (n: number) => Promise<ReadonlyArray<Announcement>>
  /** Waits until nothing is left over in the stand. */
  readonly clean: () => Promise<void>
}

export interface WorldOptions {
  readonly stand?: EmbeddedOptions
  readonly reaper?: Partial<Omit<ReaperOptions, 'containerd' | 'log' | 'trace'>>
  /** Before the reaper starts. */
  readonly before?: (stand: EmbeddedContainerd) => Promise<void>
  /** Whether to wait for the first listing; yes unless told. */
  readonly ready?: boolean
}

/** A store that outlives the reapers that close it. */
export const lastingStore = (): Store<ReaperRecord> => ({
  ...memoryStore<ReaperRecord>(),
  close: () => () => Promise.resolve(E.right(undefined)),
})

export const recordsOf = async (store: Store<ReaperRecord>): Promise<ReadonlyArray<ReaperRecord>> => {
  const loaded = await store.load()()
  return E.isRight(loaded) ? loaded.right : []
}

/** The command of a container that ends with this code at once. */
export const exits = (code: number): ReadonlyArray<string> => ['/bin/sh', '-c', `exit ${code}`]
/** That of one that runs until it is killed. */
export const sleeps: ReadonlyArray<string> = ['/bin/sleep', '600']

const idle = { tasks: [], shims: [], processes: [] }

/** Starts a reaper on a stand, hands both to `use`, sees that its state holds together, and stops it. */
export const onStand = async (
  stand: EmbeddedContainerd,
  { reaper: options = {}, ready = true }: WorldOptions,
  use: (world: ReaperWorld) => Promise<void>,
): Promise<void> => {
  const containerd = connect({ address: stand.address })
  const announced: Array<Announcement> = []
  const effects: Array<Effect> = []
  const log = recordingLog()
  const started = await startReaper({
    store: memoryStore<ReaperRecord>(),
    namespaces: ['ci'],
    ...options,
    policy: { ...quick, ...options.policy },
    containerd,
    log,
    trace: (_, asked) => void effects.push(...asked),
    onAnnouncement: (announcement) => {
      announced.push(announcement)
      options.onAnnouncement?.(announcement)
    },
  })()
  assert.ok(E.isRight(started))
  const reaper = started.right
  try {
    if (ready) await reaper.ready()
    await use({
      stand,
      containerd,
      reaper,
      log,
      announced,
      effects,
      told: () => announced.map(({ run, exitCode, reason }) => `${run.id} ${exitCode} ${reason}`),
      announcements: async (n) => {
        await waitFor(() => announced.length >= n, { what: `${n} announcements`, everyMs: 5 })
        return announced
      },
      clean: async () =>
        void await waitFor(() => stand.leftovers(), {
          what: 'nothing to be left over',
          everyMs: 5,
          until: (left) => JSON.stringify(left) === JSON.stringify(idle),
        }),
    })
    assert.deepEqual(violations({ ...defaultPolicy, ...quick, ...options.policy })(reaper.state()), [])
  } finally {
    stand.faults.clear()
    await reaper.stop(1_000)()
    containerd.close()
  }
}

/** The same, on a stand of its own. */
export const withReaper = async (options: WorldOptions, use: (world: ReaperWorld) => Promise<void>): Promise<void> => {
  const stand = await startEmbeddedContainerd({ namespace: 'ci', ...options.stand })
  try {
    await options.before?.(stand)
    await onStand(stand, options, use)
  } finally {
    await stand.stop()
  }
}
