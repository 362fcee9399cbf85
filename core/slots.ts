/**
 * The cap on handlings side by side, fair between namespaces: who holds a slot, who waits for one, and whose turn is next.
 * Knows keys, not containers. A handling that waits (for a delay, the disk, a hung Delete) holds no slot, so that none can use them all up.
 *
 * @module
 */
import type { ContainerKey } from './ids.ts'
import { parts } from './ids.ts'
import type { Queue } from './queue.ts'
import { emptyQueue, first, length, push, rest } from './queue.ts'
import type { Table } from './table.ts'
import { empty, insert, lookup, remove } from './table.ts'

export interface Slots {
  readonly inFlight: number
  /** Namespaces in which somebody waits, next turn first. */
  readonly turns: Queue<string>
  readonly waiting: Table<string, Queue<ContainerKey>>
}

export const noSlots: Slots = { inFlight: 0, turns: emptyQueue(), waiting: empty() }

/** `key` waits for a slot, behind the others of its namespace. */
export const enqueue = (key: ContainerKey, slots: Slots): Slots => {
  const [namespace] = parts(key)
  const queue = lookup(namespace, slots.waiting)
  return {
    ...slots,
    turns: queue === undefined ? push(namespace, slots.turns) : slots.turns,
    waiting: insert(namespace, push(key, queue ?? emptyQueue()), slots.waiting),
  }
}

/** The next in line and the slots without it; a namespace that has more goes to the end of the turns. Takes no slot yet. */
export const dequeue = (slots: Slots): readonly [ContainerKey, Slots] | undefined => {
  const namespace = first(slots.turns)
  const queue = namespace === undefined ? undefined : lookup(namespace, slots.waiting)
  const key = queue === undefined ? undefined : first(queue)
  if (namespace === undefined || queue === undefined || key === undefined) return undefined
  const turns = rest(slots.turns)
  return [
    key,
    length(queue) === 1
      ? { ...slots, turns, waiting: remove(namespace, slots.waiting) }
      : { ...slots, turns: push(namespace, turns), waiting: insert(namespace, rest(queue), slots.waiting) },
  ]
}
