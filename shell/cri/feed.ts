/**
 * The stream of events of one namespace: a ring of what happened last, and listeners each with a place of its own in it. An event is
 * never put off for a listener that does not read; such a one is cut off when what it has not read goes from the ring.
 *
 * @module
 */
import { leftOff } from '../listeners/left_off.ts'
import type { Moments } from '../listeners/moments.ts'
import { type Place, placeAt } from '../listeners/receipt.ts'
import { makeRing } from '../listeners/ring.ts'
import type { Entry } from './entry.ts'
import { makePump, type Pump, type PumpLimits, type Sink } from './pump.ts'

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
  /** What is kept, for those who watch memory. */
  readonly held: () => Held
}

export interface Held {
  /** Events, and pods that are remembered for them. */
  readonly events: number
  readonly pods: number
  /** Events that are kept as bytes, once for all listeners. */
  readonly rendered: number
  /** Bytes that the transports have not taken yet, of all listeners. */
  readonly inFlightBytes: number
}

export interface FeedLimits extends PumpLimits {
  /** Events that are kept. */
  readonly capacity: number
  /** How long events are kept for a listener that is not there, ms. */
  readonly holdMs: number
  /** How long a newcomer waits for the place of one that is just going, ms. */
  readonly arriveMs: number
}

/** Five minutes as upstream; a ring of about 10 MB when all its events are STOPPED. */
export const defaultFeedLimits: FeedLimits = {
  capacity: 16_384,
  holdMs: 300_000,
  arriveMs: 100,
  settleMs: 250,
  windowBytes: 262_144,
  inFlight: 16,
  inFlightBytes: 65_536,
}

/** Bytes of an event. `isOld`: a newer event of its pod follows. `withSeq`: for those who want sequence numbers. */
export type Encode = (entry: Entry, isOld: boolean, withSeq: boolean) => Uint8Array

export const makeFeed = (moments: Moments, encode: Encode, limits: FeedLimits = defaultFeedLimits): Feed => {
  const ring = makeRing<Entry>(limits.capacity)
  const places = leftOff()
  const newest = new Map<string, number>() // of each pod, the position of its last event
  const pumps = new Set<Pump>()
  const recent = new Map<string, Uint8Array>()
  /** Listeners with a place, which they leave when they go: how many of them have gone already, nobody knows. */
  const present = new Set<Pump>()
  /** Newcomers that wait for a place, by what calls them, the first one first. */
  const arriving = new Set<() => void>()
  let isDue = false

  /** Live listeners are all at the same event: it is rendered once for all of them. */
  const rendered = (position: number, entry: Entry, withSeq: boolean): Uint8Array => {
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
    for (const pump of pumps) pump.wake()
  }

  const push = (entry: Entry): void => {
    newest.set(entry.podId, ring.append(entry))
    if (newest.size > 2 * limits.capacity) { for (const [pod, position] of newest) if (position < ring.first()) newest.delete(pod) }
    if (isDue || pumps.size === 0) return
    isDue = true
    moments.soon(wake) // what handles an exit goes on first, and a burst wakes everybody once
  }

  /** Events that are held no longer are passed over. */
  const stillHeld = ({ position, ...told }: Place): Place => {
    const oldest = BigInt(Math.trunc(moments.now() - limits.holdMs)) * 1_000_000n
    let from = Math.max(position, ring.first())
    while (from < ring.end() && (ring.at(from)?.at ?? 0n) < oldest) from++
    return { position: from, ...told }
  }

  const placeOf = (seq: number): { readonly place: Place; readonly missed: number } => {
    let oldest: number | undefined
    for (let position = ring.first(); position < ring.end(); position++) {
      const found = ring.at(position)?.seq
      if (found === undefined) continue
      oldest ??= found
      if (found >= seq) return { place: placeAt(position), missed: Math.max(0, oldest - Math.max(seq, 1)) }
    }
    return { place: newPlace(), missed: 0 }
  }

  const newPlace = (): Place => placeAt(ring.end())

  /** `meanwhile`: where it begins when nobody has left a place. */
  const takePlace = (pump: Pump, meanwhile: Place): Place => {
    const place = places.take()
    present.add(pump)
    return place === undefined ? meanwhile : stillHeld(place)
  }

  /**
   * A client that comes back may be here before it is noticed that it went. Unless nobody else is here who can have gone, that is waited
   * for, a moment and a round of the event loop, in which it must show: whoever took a place before might take one that is newer than its
   * own. What comes meanwhile is told after it.
   */
  const arrive = (pump: Pump, meanwhile: Place): void => {
    const begin = (): void => {
      arriving.delete(call)
      if (pumps.has(pump)) pump.start(takePlace(pump, meanwhile))
    }
    const callOff = moments.after(limits.arriveMs, begin)
    const call = (): void => {
      callOff()
      moments.soon(begin)
    }
    arriving.add(call)
  }

  const gone = (pump: Pump): void => {
    present.delete(pump)
    if (present.size === 0) { for (const call of arriving) call() }
  }

  const listen = (sink: Sink, start: Start): Listening => {
    const withSeq = start._tag !== 'LeftOff'
    const leave = (place: Place): void => {
      if (!pumps.delete(pump) || start._tag !== 'LeftOff') return
      places.leave(place)
      gone(pump)
    }
    const render = (position: number, entry: Entry): Uint8Array => rendered(position, entry, withSeq)
    const pump = makePump({ ring, render, sink, clock: moments, limits, onCut: leave })
    const begun = newPlace()
    // Not before whoever calls has said what goes before the first event.
    const startSoon = (place: Place): void => moments.soon(() => pump.start(place))
    let missed = 0
    const begin = (): void => {
      if (start._tag === 'From') {
        const { place, missed: lost } = placeOf(start.seq)
        missed = lost
        return startSoon(place)
      }
      if (start._tag === 'LookOn') return startSoon(stillHeld(places.peek() ?? begun))
      if (present.size > 0) arrive(pump, begun)
      else startSoon(takePlace(pump, begun))
    }
    pumps.add(pump)
    begin()
    return { missed, close: () => leave(pump.end(begun)) }
  }

  const held = (): Held => ({
    events: ring.end() - ring.first(),
    pods: newest.size,
    rendered: recent.size,
    inFlightBytes: [...pumps].reduce((sum, pump) => sum + pump.inFlightBytes(), 0),
  })

  return { push, listen, listeners: () => pumps.size, held }
}
