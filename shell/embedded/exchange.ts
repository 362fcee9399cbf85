/**
 * Hands every published event to every subscriber, in one order, as containerd's exchange does: no replay, no acknowledgement.
 * Event faults strike here, before anyone has seen the event.
 *
 * @module
 */
import { type Envelope } from '../proto/gen/containerd/types.ts'
import { envelopeFields, type Publication, subjectOf } from './events.ts'
import { type FaultBox } from './faults.ts'
import { type Filter, passes } from './filter.ts'
import { type Latch, latch } from './latch.ts'
import { nowNs, timestamp } from './now.ts'

export interface Exchange {
  /** The stamp is the publisher's clock, in nanoseconds; now if it is left out. */
  readonly publish: (namespace: string, event: Publication, atNs?: bigint) => void
  /** Relays an envelope as it is. */
  readonly forward: (envelope: Envelope) => void
  /** Gives what ends the subscription. */
  readonly subscribe: (filters: ReadonlyArray<Filter>, deliver: (envelope: Envelope) => void) => () => void
  /** Every event that was handed out, in order. */
  readonly log: () => ReadonlyArray<Envelope>
  /** Resolves when the `n`-th event of a topic was handed out, also to nobody. Without an id those about anything count. */
  readonly published: (topic: string, id?: string, n?: number) => Promise<Envelope>
  /** Ends the timers of delayed events. */
  readonly stop: () => void
}

interface Subscriber {
  readonly filters: ReadonlyArray<Filter>
  readonly deliver: (envelope: Envelope) => void
}

interface Waiting {
  readonly wanted: (envelope: Envelope) => boolean
  readonly latch: Latch<Envelope>
  left: number
}

const logLimit = 100_000

export const makeExchange = (faults: FaultBox): Exchange => {
  const subscribers = new Set<Subscriber>()
  const waiting = new Set<Waiting>()
  const timers = new Set<NodeJS.Timeout>()
  const log: Array<Envelope> = []
  let overtaken: ReadonlyArray<{ readonly envelope: Envelope; readonly left: number }> = []

  const notice = (envelope: Envelope): void => {
    for (const waiter of waiting) {
      if (!waiter.wanted(envelope)) continue
      waiter.left -= 1
      if (waiter.left > 0) continue
      waiting.delete(waiter)
      waiter.latch.open(envelope)
    }
  }

  const handOut = (envelope: Envelope): void => {
    log.push(envelope)
    if (log.length > logLimit) log.shift()
    const { namespace, topic, event } = envelope
    const fields = envelopeFields(namespace, { topic, event: event ?? { typeUrl: '', value: new Uint8Array() } })
    for (const subscriber of subscribers) if (passes(subscriber.filters, fields)) subscriber.deliver(envelope)
    notice(envelope)
    const due = overtaken.filter(({ left }) => left <= 1)
    overtaken = overtaken.filter(({ left }) => left > 1).map(({ envelope, left }) => ({ envelope, left: left - 1 }))
    for (const late of due) handOut(late.envelope)
  }

  const forward = (envelope: Envelope): void => {
    const struck = faults.event(envelope.topic, envelope.namespace, subjectOf(envelope.event))
    switch (struck?.fault._tag) {
      case undefined:
        return handOut(envelope)
      case 'Dropped':
        return
      case 'Repeated':
        for (let left = struck.fault.times; left > 0; left -= 1) handOut(envelope)
        return
      case 'Held':
        void struck.released.then(() => handOut(envelope))
        return
      case 'Overtaken':
        overtaken = [...overtaken, { envelope, left: struck.fault.by }]
        return
      case 'Delayed': {
        const timer = setTimeout(() => {
          timers.delete(timer)
          handOut(envelope)
        }, struck.fault.ms)
        timers.add(timer)
      }
    }
  }

  return {
    publish: (namespace, { topic, event }, atNs = nowNs()) => forward({ timestamp: timestamp(atNs), namespace, topic, event }),
    forward,
    subscribe: (filters, deliver) => {
      const subscriber = { filters, deliver }
      subscribers.add(subscriber)
      return () => void subscribers.delete(subscriber)
    },
    log: () => [...log],
    published: (topic, id, n = 1) => {
      const wanted = (envelope: Envelope): boolean => envelope.topic === topic && (id === undefined || subjectOf(envelope.event) === id)
      const sofar = log.filter(wanted)
      const found = sofar[n - 1]
      if (found !== undefined) return Promise.resolve(found)
      const waiter: Waiting = { wanted, latch: latch(), left: n - sofar.length }
      waiting.add(waiter)
      return waiter.latch.promise
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
