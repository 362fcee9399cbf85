/**
 * What happens to one container in a lap: its run ends and another one begins, told the way containerd tells it, with the repeats, the
 * execs, the OOM kills and the failures that a busy host sees. It answers what the machine asks for, so any machine can be led through it.
 */
import {
  type CallId,
  callId,
  containerOwner,
  type Effect,
  type Millis,
  millis,
  type Nanos,
  nanos,
  type ReaperEvent,
} from '../../core/index.ts'
import type { Member } from './fleet.ts'
import type { Random } from './random.ts'

export interface Life {
  /** Whether there is something to tell now. More may come with an answer. */
  readonly canGoOn: () => boolean
  /** The next event; only when there is one. */
  readonly next: (at: Millis) => ReaperEvent
  /** The machine asked for this. */
  readonly asked: (effect: Effect) => void
}

type Told = (at: Millis) => ReaperEvent

/** Shares of lives in which it happens; the rest is the happy path. */
const oomShare = 0.03
const execShare = 0.5
const repeatShare = 0.2
const staleShare = 0.1
const killedShare = 0.1
const failedDeleteShare = 0.05

export const life = ({ id, key, pid }: Member, watch: CallId, random: Random): Life => {
  const happens = (share: number): boolean => random() < share
  const exitedAt: Nanos = nanos(1_700_000_000_123_456_789n)
  const code = happens(killedShare) ? 137 : happens(0.2) ? 1 : 0
  const owner = containerOwner(key)
  let failures = happens(failedDeleteShare) ? 1 : 0

  const exited: Told = (at) => ({ _tag: 'TaskExited', container: key, processId: id, pid, code, exitedAt, at })
  const waited: Told = (at) => ({ _tag: 'WatchSettled', container: key, call: watch, outcome: { _tag: 'Exited', pid, code, exitedAt }, at })
  const execed: Told = (at) => ({ _tag: 'TaskExited', container: key, processId: 'probe-1', pid: pid + 1, code: 0, exitedAt, at })
  const oomed: Told = (at) => ({ _tag: 'TaskOomed', container: key, at })
  const stale: Told = (at) => ({ _tag: 'LoadSettled', container: key, call: callId(0), outcome: { _tag: 'NotFound' }, at })
  const deleted: Told = (at) => ({ _tag: 'TaskDeleted', container: key, pid, code, exitedAt, at })
  // Pids of a host go round at 2^22: none of these is met a second time in a lap.
  const created: Told = (at) => ({ _tag: 'TaskCreated', container: key, pid: pid + 2 ** 21, at })
  const started: Told = (at) => ({ _tag: 'TaskStarted', container: key, pid: pid + 2 ** 21, at })

  const agenda: Array<Told> = [
    ...(happens(execShare) ? [execed] : []),
    ...(happens(oomShare) ? [oomed] : []),
    ...(happens(0.5) ? [exited, waited] : [waited, exited]),
    ...(happens(repeatShare) ? [exited] : []),
    ...(happens(staleShare) ? [stale] : []),
  ]
  const say = (...told: ReadonlyArray<Told>): void => void agenda.push(...told)

  const asked = (effect: Effect): void => {
    switch (effect._tag) {
      case 'Persist': {
        const { call, records } = effect
        say((at) => ({ _tag: 'PersistSettled', owner, call, outcome: { _tag: 'Durable' }, at }))
        // The next run begins once somebody has heard that this one stopped.
        if (records.some((record) => record._tag === 'Announcement' && record.type === 'CONTAINER_STOPPED')) say(created, started)
        return
      }
      case 'DeleteTask': {
        const { call } = effect
        if (failures > 0) {
          failures -= 1
          const outcome = { _tag: 'Failed', reason: 'Unavailable', message: 'connection error' } as const
          return say((at) => ({ _tag: 'DeleteSettled', container: key, call, outcome, at }))
        }
        const answered: Told = (at) => ({ _tag: 'DeleteSettled', container: key, call, outcome: { _tag: 'Deleted', code, exitedAt }, at })
        return happens(0.5) ? say(answered, deleted) : say(deleted, answered)
      }
      case 'LoadTask': {
        const { call } = effect
        return say((at) => ({ _tag: 'LoadSettled', container: key, call, outcome: { _tag: 'Stopped', pid, code, exitedAt }, at }))
      }
      case 'ReadOomKills': {
        const { call } = effect
        return say((at) => ({ _tag: 'OomKillsSettled', container: key, call, outcome: { _tag: 'Counted', kills: 0n }, at }))
      }
      case 'SetTimer': {
        const { call, jitter } = effect
        // Back-off ends; deadlines are called off in time.
        return jitter ? say((at) => ({ _tag: 'TimerFired', owner, call, at })) : undefined
      }
      default:
        return undefined
    }
  }
  return { canGoOn: () => agenda.length > 0, next: (at) => (agenda.shift() ?? stale)(at), asked }
}

/** When the first event of a lap is told. */
export const lapStart: Millis = millis(1_700_000_000_200)
