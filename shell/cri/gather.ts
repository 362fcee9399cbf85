/**
 * Holds the snapshots of a large pod back a little, never an event of a small one: when 200 containers of a pod exit together, each of
 * 200 events with the status of all 200 would be 12 MB. An event that another one of its pod follows goes without the snapshot, for
 * the next brings a newer one; the last of a burst waits a moment for a successor, and then goes with it.
 *
 * @module
 */
import type { Clock } from '../clock.ts'
import type { Signal } from '../task/cancellable.ts'
import type { Entry } from './entry.ts'

export interface Gather {
  readonly offer: (entry: Entry) => void
}

interface GatherParts {
  readonly clock: Clock
  readonly signal: Signal
  /** How many containers a pod has. */
  readonly podSize: (podId: string) => number
  readonly push: (entry: Entry) => void
}

/** Up to so many containers a snapshot is small, and goes with every event. */
export const smallPod = 8
/** So long after a snapshot comes the next one at the earliest, ms for each container in it: about 1 MB a second. */
const msPerContainer = 0.5

interface Paced {
  held: Entry | undefined
}

export const makeGather = ({ clock, signal, podSize, push }: GatherParts): Gather => {
  const paced = new Map<string, Paced>()
  /** In which pod an event of a container waits: its next one must not overtake it from another. */
  const waiting = new Map<string, string>()

  const letGo = (pace: Paced, full: boolean): void => {
    const { held } = pace
    if (held === undefined) return
    pace.held = undefined
    waiting.delete(held.id)
    push(full ? held : { ...held, full: false })
  }
  const keepPace = async (podId: string, pace: Paced): Promise<void> => {
    do {
      const slept = await clock.sleep(Math.ceil(podSize(podId) * msPerContainer), signal)
      if (slept === 'aborted') break
      if (pace.held === undefined) break
      letGo(pace, true)
    } while (podSize(podId) > smallPod)
    letGo(pace, true)
    paced.delete(podId)
  }

  return {
    offer: (entry) => {
      const elsewhere = waiting.get(entry.id)
      if (elsewhere !== undefined && elsewhere !== entry.podId) {
        const other = paced.get(elsewhere)
        if (other !== undefined) letGo(other, true)
      }
      const pace = paced.get(entry.podId)
      if (pace !== undefined) {
        letGo(pace, false)
        pace.held = entry
        waiting.set(entry.id, entry.podId)
        return
      }
      push(entry)
      if (podSize(entry.podId) <= smallPod) return
      const begun: Paced = { held: undefined }
      paced.set(entry.podId, begun)
      void keepPace(entry.podId, begun)
    },
  }
}
