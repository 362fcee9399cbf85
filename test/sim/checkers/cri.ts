/**
 * The CRI event stream: each container has CREATED, STARTED, STOPPED, DELETED in that order, STOPPED as it was announced; and each client
 * is told all of it in one order from where it left off, or how many events are kept no longer.
 */
import type { CriEventType } from '../../../core/index.ts'
import { toNanos } from '../../../core/index.ts'
import type { Entry } from '../../../shell/cri/entry.ts'
import { enoughListeners } from '../../../shell/listeners/receipt.ts'
import { criLimits } from '../cri.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'

/** What may come after what; of a container that is older than the stream, and of one that has gone, nothing was told. */
const next: Readonly<Record<CriEventType | 'nothing', ReadonlyArray<CriEventType>>> = {
  nothing: ['CREATED'],
  CREATED: ['STARTED', 'DELETED'],
  STARTED: ['STOPPED'],
  STOPPED: ['STARTED', 'DELETED'],
  DELETED: ['CREATED'],
}

export const eventsInOrder = (view: View): Checker => {
  const rule = 'CRI events come in order'
  let last = new Map<string, CriEventType>()
  let told = new Set<number>()
  /** When the last event of each pod happened. */
  let lastAt = new Map<string, bigint>()
  const announced = new Map<number, bigint>()
  const released = new Set<number>()
  if (view.plan.criClients === 0) return {}
  return {
    durable: (records) => {
      for (const record of records) if (record._tag === 'Announcement') announced.set(record.seq, toNanos(record.at))
    },
    streamed: (namespace, { id, podId, type, seq, at }, isRecalled) => {
      const key = `${namespace}/${id}`
      const pod = `${namespace}/${podId}`
      if (at < (lastAt.get(pod) ?? 0n)) broken(rule, `${type} of ${key} is older than what was told of its pod before`)
      lastAt.set(pod, at)
      if (type === 'STOPPED') {
        if (seq === undefined) return broken(rule, `STOPPED of ${key} without its announcement`)
        if (told.has(seq)) broken(rule, `STOPPED of ${key}, seq=${seq}, twice`)
        if (announced.get(seq) === undefined) broken(rule, `STOPPED of ${key}, seq=${seq}, is not on disk`)
        if (announced.get(seq) !== at) broken(rule, `STOPPED of ${key}, seq=${seq}, has another time than its announcement`)
        told.add(seq)
      }
      if (isRecalled) return
      const before = last.get(key)
      const isOlder = before === undefined && (type === 'STARTED' || type === 'DELETED')
      // A container that is ours no more is gone without having stopped, and so is a sandbox whose start was a late word of one long over.
      const isLost = type === 'DELETED' && (view.relabelled.has(key as never) || view.others.sandboxes.some((box) => box.key === key))
      if (!isOlder && !isLost && !next[before ?? 'nothing'].includes(type)) {
        broken(rule, `${type} of ${key} after ${before ?? 'nothing'}`)
      }
      last.set(key, type)
    },
    released: ({ seq, type }) => {
      if (type === 'CONTAINER_STOPPED') released.add(seq)
    },
    crashed: () => {
      last = new Map()
      lastAt = new Map()
      told = new Set()
      released.clear()
    },
    quiet: () => {
      for (const seq of released) if (!told.has(seq)) broken(rule, `seq=${seq} was announced and never streamed`)
    },
  }
}

interface Client {
  readonly namespace: string
  /** Position of the first event that it has not read. undefined: it is told from wherever it is begun. */
  wants: number | undefined
  /** The same, of what was written to it in this call. undefined: nothing yet. */
  sent: number | undefined
  heard: number | undefined
}

export const criClientsAreTold = (view: View): Checker => {
  const rule = 'CRI clients are told everything'
  const { capacity, holdMs } = criLimits(view.plan)
  /** Of this life of the reaper, by namespace. */
  let streams = new Map<string, Entry[]>()
  let clients = new Map<string, Client>()
  /** How many calls there had been when an event was first written to anybody, and how many there have been since. */
  const writtenAt = new Map<Entry, number>()
  let calls = 0
  const streamOf = (namespace: string): Entry[] => {
    const found = streams.get(namespace) ?? []
    streams.set(namespace, found)
    return found
  }
  const firstKept = (events: ReadonlyArray<Entry>): number => Math.max(0, events.length - capacity)
  const clientOf = (name: string): Client => clients.get(name) ?? broken(rule, `${name} is told something before it came`)
  return {
    streamed: (namespace, entry) => void streamOf(namespace).push(entry),
    criCame: (name, namespace) => {
      calls += 1
      clients.set(name, { namespace, wants: clients.get(name)?.wants, sent: undefined, heard: undefined })
    },
    criSent: (name, entry) => {
      const client = clientOf(name)
      const events = streamOf(client.namespace)
      const position = events.lastIndexOf(entry)
      if (!writtenAt.has(entry)) writtenAt.set(entry, calls)
      if (client.sent !== undefined && position !== client.sent) broken(rule, `${name} is sent event ${position} after ${client.sent - 1}`)
      if (client.sent === undefined && client.wants !== undefined && position > client.wants) {
        const lost = events.slice(Math.max(client.wants, firstKept(events)), position)
        const old = toNanos(view.now() as never) - BigInt(holdMs) * 1_000_000n
        // One that was written to so many who went at once counts as read.
        const isGivenUp = (event: Entry): boolean => calls - (writtenAt.get(event) ?? calls) > enoughListeners
        const missing = lost.find((event) => event.at >= old && !isGivenUp(event))
        if (missing !== undefined) broken(rule, `${name} comes back and is not told of ${missing.type} of ${missing.id}`)
      }
      client.sent = position + 1
    },
    criHeard: (name, entry) => {
      const client = clientOf(name)
      const position = streamOf(client.namespace).lastIndexOf(entry)
      if (client.heard !== undefined && position !== client.heard) broken(rule, `${name} hears event ${position} after ${client.heard - 1}`)
      client.heard = position + 1
      client.wants = Math.max(client.wants ?? 0, position + 1)
    },
    criCut: (name, missed) => {
      const client = clientOf(name)
      const first = firstKept(streamOf(client.namespace))
      if (client.sent !== undefined && first - client.sent !== missed) {
        broken(rule, `${name} is told that it missed ${missed}, and missed ${first - client.sent}`)
      }
      // It is told to list again; the place it leaves may be taken by one that comes before it.
      client.wants = view.plan.criClients === 1 ? first : undefined
    },
    criForgotten: (name, last) => {
      const client = clientOf(name)
      if (client.wants !== undefined) client.wants = Math.max(client.wants, streamOf(client.namespace).lastIndexOf(last) + 1)
    },
    crashed: () => {
      streams = new Map()
      clients = new Map()
      writtenAt.clear()
    },
    quiet: () => {
      for (const [name, { namespace, wants }] of clients) {
        const end = streamOf(namespace).length
        if (wants !== undefined && wants < end) broken(rule, `${name} was told of ${wants} events, and there were ${end}`)
      }
    },
  }
}
