/**
 * Hands one listener what comes, from its own place on, and never more at once than the transport has room for.
 * Knows no other listener.
 *
 * @module
 */
import type { Clock } from '../clock.ts'
import { makeReceipt, type Place, placeAt, type Receipt } from '../listeners/receipt.ts'
import type { Ring } from '../listeners/ring.ts'
import type { Entry } from './entry.ts'

/** Where the messages of one listener go. */
export interface Sink {
  /** `taken` is called once the transport has taken the message, and perhaps never. */
  readonly write: (message: Uint8Array, taken: () => void) => void
  /** The listener has fallen behind what is kept, and missed so many events. Nothing is written after it. */
  readonly cut: (missed: number) => void
}

export interface PumpLimits {
  /** What was written longer ago than this before a listener went has been read by it, if the transport had taken all there was, ms. */
  readonly settleMs: number
  /** What may lie unread in buffers between, bytes. */
  readonly windowBytes: number
  /** Messages, and bytes, that are handed to the transport before it has taken them. */
  readonly inFlight: number
  readonly inFlightBytes: number
}

export interface Pump {
  /** Begins, or stays at rest when it has been ended. */
  readonly start: (place: Place) => void
  /** Something has come. */
  readonly wake: () => void
  /** The listener has gone: nothing is written any more. Gives its place; `begun` as it was given if it had not been started. */
  readonly end: (begun: Place) => Place
  /** Bytes that the transport has not taken yet. */
  readonly inFlightBytes: () => number
}

interface PumpParts {
  readonly ring: Ring<Entry>
  readonly render: (position: number, entry: Entry) => Uint8Array
  readonly sink: Sink
  readonly clock: Pick<Clock, 'monotonic'>
  readonly limits: PumpLimits
  /** It has been cut off: its place is at the oldest event that is kept. */
  readonly onCut: (place: Place) => void
}

export const makePump = ({ ring, render, sink, clock, limits, onCut }: PumpParts): Pump => {
  let receipt: Receipt | undefined
  let cursor = 0
  let inFlight = 0
  let inFlightBytes = 0
  let movedAt = 0
  let isOver = false

  const wake = (): void => {
    if (isOver || receipt === undefined) return
    if (cursor < ring.first()) {
      isOver = true
      onCut(placeAt(ring.first()))
      return sink.cut(ring.first() - cursor)
    }
    while (inFlight < limits.inFlight && inFlightBytes < limits.inFlightBytes) {
      const entry = ring.at(cursor)
      if (entry === undefined) return
      send(receipt, cursor++, entry)
    }
  }
  const send = (to: Receipt, position: number, entry: Entry): void => {
    const bytes = render(position, entry)
    if (inFlight === 0) movedAt = clock.monotonic()
    inFlight++
    inFlightBytes += bytes.length
    sink.write(bytes, () => {
      inFlight--
      inFlightBytes -= bytes.length
      movedAt = clock.monotonic()
      to.written(position, bytes.length, movedAt)
      wake()
    })
  }

  return {
    start: (place) => {
      if (isOver) return
      cursor = place.position
      receipt = makeReceipt(place, clock.monotonic(), limits.settleMs, limits.windowBytes)
      wake()
    },
    wake,
    end: (begun) => {
      isOver = true
      const at = clock.monotonic()
      return receipt?.place(at, inFlight > 0 ? at - movedAt : undefined) ?? begun
    },
    inFlightBytes: () => inFlightBytes,
  }
}
