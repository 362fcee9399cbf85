/**
 * What containerd still had to tell of exits: a second subscriber that is back sooner than any client that is meant to last. Whatever code
 * it heard somebody knew, so that a reaper who calls it unknown has lost it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { TaskExit } from '../../shell/proto/gen/containerd/event_types.ts'
import type { Envelope } from '../../shell/proto/gen/containerd/types.ts'
import { connect, subscribe } from '../shell/embedded/client.ts'

export interface Witness {
  /** Ids of containers whose exit it heard, with the pid they had. containerd's own guess for a dead shim has none, and is not among them. */
  readonly heard: () => ReadonlySet<string>
  readonly stop: () => Promise<void>
}

const isExit = ({ topic, event }: Envelope): boolean => topic === '/tasks/exit' && event !== undefined

/** Subscribes to the daemon on this socket until it is stopped. */
export const witness = (address: string, namespace: string): Witness => {
  const heard = new Set<string>()
  const over = new AbortController()
  let leave: () => void = () => undefined
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const client = connect(`unix:${address}`)
      const subscription = subscribe(client, [`namespace==${namespace},topic=="/tasks/exit"`])
      leave = subscription.end
      await subscription.ended
      for (const { event } of subscription.seen.filter(isExit)) {
        const { containerId, id, pid } = TaskExit.decode(event?.value ?? new Uint8Array())
        if (id === containerId && pid !== 0) heard.add(id)
      }
      client.close()
      await sleep(5)
    }
  }
  const watching = watch()
  return {
    heard: () => heard,
    stop: () => {
      over.abort()
      leave()
      return watching
    },
  }
}
