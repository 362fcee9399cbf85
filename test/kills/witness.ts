/**
 * What containerd still had to tell of exits: a second subscriber that is back sooner than any client that is meant to last. Whatever code
 * it heard somebody knew, so that a reaper who calls it unknown has lost it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Metadata } from '@grpc/grpc-js'
import { TaskExit } from '../../shell/proto/gen/containerd/event_types.ts'
import { EventsService } from '../../shell/proto/gen/containerd/events.ts'
import type { Envelope } from '../../shell/proto/gen/containerd/types.ts'
import { connect } from '../shell/embedded/client.ts'
import type { Kind, Passage } from './moments.ts'

export interface Witness {
  /** Whether it heard of the exit of this run. containerd's own guess for a dead shim names no pid, and is not meant. */
  readonly heard: (run: { readonly id: string; readonly pid: number }) => boolean
  /** Hears of each exit and each deletion when it does. */
  readonly onEvent: Passage
  readonly stop: () => Promise<void>
}

const topics = ['/tasks/exit', '/tasks/delete']
const pauseMs = 5

/** Subscribes to the daemon on this socket until it is stopped. */
export const witness = (address: string, namespace: string): Witness => {
  const heard = new Set<string>()
  const listeners = new Set<(kind: Kind) => void>()
  let over = false
  let leave: () => void = () => undefined
  const hear = ({ topic, event }: Envelope): void => {
    for (const listener of listeners) listener('event')
    if (topic !== '/tasks/exit' || event === undefined) return
    const { containerId, id, pid } = TaskExit.decode(event.value)
    if (id === containerId) heard.add(`${id}#${pid}`)
  }
  const follow = async (): Promise<void> => {
    const client = connect(`unix:${address}`)
    const { path, requestSerialize, responseDeserialize } = EventsService.subscribe
    const filters = topics.map((topic) => `namespace==${namespace},topic=="${topic}"`)
    const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { filters }, new Metadata())
    leave = () => stream.cancel()
    stream.on('data', hear)
    await new Promise<void>((resolve) => {
      stream.once('error', () => resolve())
      stream.once('end', () => resolve())
    })
    client.close()
  }
  const following = (async () => {
    while (!over) {
      await follow()
      await sleep(pauseMs)
    }
  })()
  return {
    heard: ({ id, pid }) => heard.has(`${id}#${pid}`),
    onEvent: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    stop: () => {
      over = true
      leave()
      return following
    },
  }
}
