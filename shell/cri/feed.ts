/**
 * The stream of events of one namespace: a ring of what happened last, and listeners each with a place of its own in it. An event is
 * never put off for a listener that does not read; such a one is cut off when what it has not read goes from the ring.
 *
 * @module
 */
import type { Clock } from '../clock.ts'
import { leftOff } from '../listeners/left_off.ts'
import { makeReceipt } from '../listeners/receipt.ts'
import { makeRing } from '../listeners/ring.ts'
import type { Entry } from './entry.ts'

/** Where the messages of one listener go. */
export interface Sink {
  /** `taken` is called once the transport has taken the message, and perhaps never. */
  readonly write: (message: Uint8Array, taken: () => void) => void
  /** The listener has fallen behind what is kept, and missed so many events. Nothing is written after it. */
  readonly cut: (missed: number) => void
}

/** From where a listener is told. */
export type Start =
  /** What was missed by one that went, or since the beginning if there was none; else what comes from now on. */
  | { readonly _tag: 'LeftOff' }
  /** The same, but without taking the place of whoever comes back. */
  | { readonly _tag: 'LookOn' }
  /** From the announcement with this number on. */
  | { readonly _tag: 'From'; readonly seq: number }

export interface Listening {
  /** The listener has gone. */
  readonly close: () => void
  /** Announcements that were asked for and are not kept any more. */
  readonly missed: number
}

export interface Feed {
  readonly push: (entry: Entry) => void
  readonly listen: (sink: Sink, start: Start) => Listening
  readonly listeners: () => number
}

export interface FeedLimits {
  /** Events that are kept. */
  readonly capacity: number
  /** How long events are kept for a listener that is not there, ms. */
  readonly holdMs: number
  /** What was written longer ago than this before a listener went has been read by it, ms. */
  readonly settleMs: number
  /** What may lie unread in buffers between, bytes. */
  readonly windowBytes: number
  /** Messages, and bytes, that are handed to the transport before it has taken them. */
  readonly inFlight: number
  readonly inFlightBytes: number
}

/** Five minutes as upstream; a ring of about 10 MB when all its events are STOPPED. */
export const defaultFeedLimits: FeedLimits = {
  capacity: 16_384,
  holdMs: 300_000,
  settleMs: 250,
  windowBytes: 262_144,
  inFlight: 16,
  inFlightBytes: 65_536,
}

/** Bytes of an event. `isOld`: a newer event of its pod follows. `withSeq`: for those who want sequence numbers. */
export type Encode = (entry: Entry, isOld: boolean, withSeq: boolean) => Uint8Array

export const makeFeed = (clock: Clock, encode: Encode, limits: FeedLimits = defaultFeedLimits): Feed => {
  const ring = makeRing<Entry>(limits.capacity)
  const places = leftOff()
  const newest = new Map<string, number>() // of each pod, the position of its last event
  const pumps = new Set<() => void>()
  const recent = new Map<string, Uint8Array>()
  let isDue = false

  /** Live listeners are all at the same event: it is rendered once for all of them. */
  const render = (position: number, entry: Entry, withSeq: boolean): Uint8Array => {
    const isOld = (newest.get(entry.podId) ?? position) > position
    const key = `${position} ${isOld} ${withSeq}`
    const known = recent.get(key)
    if (known !== undefined) return known
    const bytes = encode(entry, isOld, withSeq)
    const [oldest] = recent.keys()
    if (recent.size >= limits.inFlight && oldest !== undefined) recent.delete(oldest)
    recent.set(key, bytes)
    return bytes
  }

  const wake = (): void => {
    isDue = false
    for (const pump of pumps) pump()
  }

  const push = (entry: Entry): void => {
    newest.set(entry.podId, ring.append(entry))
    if (newest.size > 2 * limits.capacity) { for (const [pod, position] of newest) if (position < ring.first()) newest.delete(pod) }
    if (isDue || pumps.size === 0) return
    isDue = true
    queueMicrotask(wake) // what handles an exit goes on first, and a burst wakes everybody once
  }

  const beginning = (start: Start): { readonly cursor: number; readonly missed: number } => {
    if (start._tag === 'From') return fromSeq(start.seq)
    const place = start._tag === 'LeftOff' ? places.take() : places.peek()
    if (place === undefined) return { cursor: ring.end(), missed: 0 }
    const oldest = BigInt(Math.trunc(clock.now() - limits.holdMs)) * 1_000_000n
    let cursor = Math.max(place, ring.first())
    while (cursor < ring.end() && (ring.at(cursor)?.at ?? 0n) < oldest) cursor++
    return { cursor, missed: 0 }
  }

  const fromSeq = (seq: number): { readonly cursor: number; readonly missed: number } => {
    let oldest: number | undefined
    for (let cursor = ring.first(); cursor < ring.end(); cursor++) {
      const found = ring.at(cursor)?.seq
      if (found === undefined) continue
      oldest ??= found
      if (found >= seq) return { cursor, missed: Math.max(0, oldest - Math.max(seq, 1)) }
    }
    return { cursor: ring.end(), missed: 0 }
  }

  const listen = (sink: Sink, start: Start): Listening => {
    const withSeq = start._tag !== 'LeftOff'
    const { cursor: from, missed } = beginning(start)
    const receipt = makeReceipt(from, limits.settleMs, limits.windowBytes)
    let cursor = from
    let inFlight = 0
    let inFlightBytes = 0
    let movedAt = clock.monotonic()
    let isOver = false

    const end = (position: number): void => {
      if (isOver) return
      isOver = true
      pumps.delete(pump)
      if (start._tag === 'LeftOff') places.leave(position)
    }
    const pump = (): void => {
      if (isOver) return
      if (cursor < ring.first()) {
        end(ring.first())
        return sink.cut(ring.first() - cursor)
      }
      while (inFlight < limits.inFlight && inFlightBytes < limits.inFlightBytes) {
        const entry = ring.at(cursor)
        if (entry === undefined) return
        send(cursor++, entry)
      }
    }
    const send = (position: number, entry: Entry): void => {
      const bytes = render(position, entry, withSeq)
      if (inFlight === 0) movedAt = clock.monotonic()
      inFlight++
      inFlightBytes += bytes.length
      sink.write(bytes, () => {
        inFlight--
        inFlightBytes -= bytes.length
        movedAt = clock.monotonic()
        receipt.written(position, bytes.length, movedAt)
        pump()
      })
    }

    pumps.add(pump)
    queueMicrotask(pump)
    return {
      missed,
      close: () => {
        const at = clock.monotonic()
        end(receipt.unread(at, inFlight > 0 && at - movedAt >= limits.settleMs))
      },
    }
  }

  return { push, listen, listeners: () => pumps.size }
}
