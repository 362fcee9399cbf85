/** The interpreter's world, all of it in a test's hands: a clock that stands still, lots that are known, a containerd of its own. */
import { type Announcement, defaultPolicy, type ReaperEvent, type ReaperRecord } from '../../core/index.ts'
import { defaultCallLimits, type Env } from '../../shell/env.ts'
import { makeCalls } from '../../shell/task/calls.ts'
import { memoryStore } from '../../shell/store/memory.ts'
import { withLimit } from '../../shell/task/limit.ts'
import { fakeContainerd } from './fake_containerd.ts'
import { type RecordingLog, recordingLog } from './recording_log.ts'
import { type VirtualClock, virtualClock } from './virtual_clock.ts'

export interface TestEnv extends Env {
  readonly clock: VirtualClock
  readonly log: RecordingLog
  readonly posted: ReadonlyArray<ReaperEvent>
  readonly announced: ReadonlyArray<Announcement>
  readonly signalled: ReadonlyArray<Announcement>
  /** The beginning of the end. */
  readonly stop: () => void
  /** The end. */
  readonly end: () => void
}

export const testEnv = (
  fields: Partial<Omit<Env, 'clock' | 'log' | 'signal' | 'stopping'>> & { readonly clock?: VirtualClock } = {},
): TestEnv => {
  const ending = new AbortController()
  const stopping = new AbortController()
  const posted: Array<ReaperEvent> = []
  const announced: Array<Announcement> = []
  const signalled: Array<Announcement> = []
  return {
    signal: ending.signal,
    stopping: stopping.signal,
    clock: virtualClock(),
    random: () => 0.5,
    log: recordingLog(),
    containerd: fakeContainerd(),
    store: memoryStore<ReaperRecord>(),
    policy: defaultPolicy,
    limits: defaultCallLimits,
    namespaces: ['ci'],
    selectors: [],
    dryRun: false,
    io: undefined,
    post: (event) => void posted.push(event),
    announce: (announcement) => void announced.push(announcement),
    signalStopped: (announcement) => void signalled.push(announcement),
    calls: makeCalls(),
    reads: withLimit(16),
    ...fields,
    posted,
    announced,
    signalled,
    stop: () => stopping.abort(),
    end: () => {
      stopping.abort()
      ending.abort()
    },
  }
}
