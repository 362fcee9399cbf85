/**
 * The loop's inbox: everything that happens becomes an event here, in one order. Bounded by asking, never by dropping.
 * Knows nothing of events: a lost one would be a lost exit, whatever it says.
 *
 * @module
 */
import { fifo } from './task/fifo.ts'

export interface Mailbox<A> {
  /**
   * Adds an event; always takes it. `undefined` means there is room for more. A promise means the mailbox is full: who can wait (a
   * stream, a relist) must, until it resolves; who cannot (a timer, the answer of a call) may go on, for there are only as many of
   * those as the core has asked for. So the size stays below the capacity + one for each waiting producer + the calls in flight.
   *
   * After `close` nobody reads any more, and what is posted is ignored.
   */
  readonly post: (event: A) => Promise<void> | undefined
  /** The events in order of arrival, for one reader. Ends after `close`, when all that was accepted has been read. */
  readonly events: AsyncIterable<A>
  readonly close: () => void
  readonly size: () => number
}

/**
 * A mailbox that asks for patience from `capacity` events on, until half of them are read.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { mailbox } from 'containerd-reaper/shell'
 *
 * const box = mailbox<string>(2)
 * assert.equal(box.post('started'), undefined)
 * assert.notEqual(box.post('exited'), undefined) // full: wait for this promise before posting more
 * box.close()
 * const read: Array<string> = []
 * for await (const event of box.events) read.push(event)
 * assert.deepEqual(read, ['started', 'exited'])
 * ```
 */
export const mailbox = <A>(capacity: number): Mailbox<A> => {
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new RangeError(`Cannot make a mailbox: wanted a capacity from 1 up, found ${capacity}`)
  }
  const queue = fifo<A>()
  let closed = false
  let wakeReader: (() => void) | undefined
  let room: PromiseWithResolver | undefined

  const makeRoom = (): void => {
    room?.resolve()
    room = undefined
  }

  async function* read(): AsyncGenerator<A, void, void> {
    for (;;) {
      const next = queue.shift()
      if (next !== undefined) {
        if (queue.size() <= capacity / 2) makeRoom()
        yield next.value
      } else if (closed) return
      else await new Promise<void>((resolve) => wakeReader = resolve)
    }
  }

  const wake = (): void => {
    wakeReader?.()
    wakeReader = undefined
  }

  return {
    post: (event) => {
      if (closed) return undefined
      queue.push(event)
      wake()
      if (queue.size() < capacity) return undefined
      room ??= promiseWithResolver()
      return room.promise
    },
    events: { [Symbol.asyncIterator]: read },
    close: () => {
      closed = true
      makeRoom() // nobody may be left waiting
      wake()
    },
    size: queue.size,
  }
}

interface PromiseWithResolver {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

const promiseWithResolver = (): PromiseWithResolver => {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => resolve = settle)
  return { promise, resolve }
}
