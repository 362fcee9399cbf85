/**
 * When each event happened, as its listeners are told. Within a pod times never go back, for clients take what is older for stale. And
 * STOPPED has the time of its announcement, whoever tells of it: the same event is told again after a restart, and has to be known by it.
 *
 * An announcement has its time when its write is asked for, and is told of when that is done. What happens to its pod in between is
 * told before it, and must not be later: such an event gets the time of the announcement.
 *
 * @module
 */
import { type Announcement, type Nanos, toNanos } from '../../core/index.ts'

/** Names the write that an announcement is in, among those of its container. */
export type WriteName = string

export interface Times {
  /** This announcement of a container of the pod is being written. */
  readonly expect: (podId: string, said: Announcement, write: WriteName) => void
  /** The pod in which it is expected: its container's record may have been made anew, in another one, since. */
  readonly home: (said: Announcement) => string | undefined
  /** It has been told of. */
  readonly told: (said: Announcement) => void
  /** The write is over, and may have failed. */
  readonly written: (id: string, write: WriteName) => void
  /** The time of an event of the pod that happened at `when`; `said`: it is the STOPPED of that announcement. */
  readonly of: (podId: string, said: Announcement | undefined, when: Nanos) => Nanos
  /** Something of the pod has gone: it is forgotten when all of it has, and none of its announcements is being written. */
  readonly gone: (podId: string) => void
}

interface Expected {
  readonly podId: string
  readonly seq: number
  readonly write: WriteName
  readonly at: Nanos
}

interface PodTimes {
  last: Nanos
  readonly expected: Set<Expected>
}

export const makeTimes = (hasPod: (podId: string) => boolean): Times => {
  const pods = new Map<string, PodTimes>()
  /** By container, in the order in which they were asked for. It is not always one: whose it is may change while it is being written. */
  const expected = new Map<string, ReadonlyArray<Expected>>()
  const podOf = (podId: string): PodTimes => {
    const found = pods.get(podId) ?? { last: 0n as Nanos, expected: new Set() }
    pods.set(podId, found)
    return found
  }
  const gone = (podId: string): void => {
    if (!hasPod(podId) && pods.get(podId)?.expected.size === 0) pods.delete(podId)
  }
  /** What was asked for earlier is over too. */
  const settle = (id: string, isThis: (it: Expected) => boolean): void => {
    const all = expected.get(id) ?? []
    const count = all.findIndex(isThis) + 1
    if (count === 0) return
    if (count === all.length) expected.delete(id)
    else expected.set(id, all.slice(count))
    for (const it of all.slice(0, count)) {
      podOf(it.podId).expected.delete(it)
      gone(it.podId)
    }
  }
  return {
    expect: (podId, { run: { id }, seq, at }, write) => {
      const it: Expected = { podId, seq, write, at: toNanos(at) }
      expected.set(id, [...expected.get(id) ?? [], it])
      podOf(podId).expected.add(it)
    },
    home: ({ run: { id }, seq }) => expected.get(id)?.find((it) => it.seq === seq)?.podId,
    told: ({ run: { id }, seq }) => settle(id, (it) => it.seq === seq),
    written: (id, write) => settle(id, (it) => it.write === write),
    of: (podId, said, when) => {
      const pod = podOf(podId)
      let at = when
      if (said === undefined) { for (const it of pod.expected) if (it.at < at) at = it.at }
      // Only a clock that was set back can still make this one earlier than the last.
      if (at > pod.last) pod.last = at
      return pod.last
    },
    gone,
  }
}
