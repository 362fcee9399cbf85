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

export interface Times {
  /** This announcement of a container of the pod is being written. */
  readonly expect: (podId: string, said: Announcement) => void
  /** The pod in which an announcement of this container is being written: its record may have been made anew, in another one, since. */
  readonly home: (id: string) => string | undefined
  /** Nothing of this container is being written any more: it has been told of, or will not be. */
  readonly settle: (id: string) => void
  /** The time of an event of the pod that happened at `when`; `said`: it is the STOPPED of that announcement. */
  readonly of: (podId: string, said: Announcement | undefined, when: Nanos) => Nanos
  /** The pod has gone; as long as an announcement of it is being written, its times are kept. */
  readonly forget: (podId: string) => void
}

interface PodTimes {
  last: Nanos
  /** Times of the announcements that are being written, by container: it has one at a time, and if the write fails, another. */
  readonly expected: Map<string, Nanos>
}

export const makeTimes = (): Times => {
  const pods = new Map<string, PodTimes>()
  /** In which pod a container's announcement is expected. */
  const homes = new Map<string, string>()
  const podOf = (podId: string): PodTimes => {
    const found = pods.get(podId) ?? { last: 0n as Nanos, expected: new Map() }
    pods.set(podId, found)
    return found
  }
  const settle = (id: string): void => {
    const home = homes.get(id)
    if (home === undefined) return
    homes.delete(id)
    pods.get(home)?.expected.delete(id)
  }
  return {
    expect: (podId, { run: { id }, at }) => {
      settle(id)
      homes.set(id, podId)
      podOf(podId).expected.set(id, toNanos(at))
    },
    home: (id) => homes.get(id),
    settle,
    of: (podId, said, when) => {
      const pod = podOf(podId)
      let at = when
      if (said === undefined) { for (const expected of pod.expected.values()) if (expected < at) at = expected }
      // Only a clock that was set back can still make this one earlier than the last.
      if (at > pod.last) pod.last = at
      return pod.last
    },
    forget: (podId) => {
      if (pods.get(podId)?.expected.size === 0) pods.delete(podId)
    },
  }
}
