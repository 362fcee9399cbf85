/**
 * What shims do with their events: hand them to the daemon, and while it is away keep them and try again, a second later,
 * two seconds after that, and so on, until the sixth try failed too. So old events may come late and out of order, or never.
 *
 * @module
 */
import { type Publication } from './events.ts'
import { nowNs } from './now.ts'

export interface Forwarder {
  readonly send: (namespace: string, event: Publication) => void
  /** Tries everything that waits at once, in the order of publication. */
  readonly flush: () => void
  /** Forgets everything that waits. */
  readonly drop: () => void
  readonly waiting: () => number
}

export interface ForwarderParts {
  readonly isUp: () => boolean
  readonly deliver: (namespace: string, event: Publication, atNs: bigint) => void
  /** How long the first retry waits; the n-th waits n times that. containerd's shims: 1000. `manual`: until `flush`. */
  readonly stepMs: number | 'manual'
  /** How often an event is tried in all. containerd's shims: 6. */
  readonly tries: number
}

interface Kept {
  readonly namespace: string
  readonly event: Publication
  readonly atNs: bigint
  timer: NodeJS.Timeout | undefined
}

export const makeForwarder = ({ isUp, deliver, stepMs, tries }: ForwarderParts): Forwarder => {
  const kept = new Set<Kept>()
  const attempt = (one: Kept, failed: number): void => {
    if (isUp()) {
      kept.delete(one)
      deliver(one.namespace, one.event, one.atNs)
    } else if (stepMs === 'manual') return
    else if (failed + 1 >= tries) kept.delete(one)
    else one.timer = setTimeout(() => attempt(one, failed + 1), (failed + 1) * stepMs)
  }
  return {
    send: (namespace, event) => {
      const one: Kept = { namespace, event, atNs: nowNs(), timer: undefined }
      kept.add(one)
      attempt(one, 0)
    },
    flush: () => {
      for (const one of kept) {
        clearTimeout(one.timer)
        kept.delete(one)
        deliver(one.namespace, one.event, one.atNs)
      }
    },
    drop: () => {
      for (const one of kept) clearTimeout(one.timer)
      kept.clear()
    },
    waiting: () => kept.size,
  }
}
