/**
 * A persistent first-in-first-out queue over `immutable`: push and pop cost O(log n) and leave the old queue as it was.
 *
 * @module
 */
import { List } from 'immutable'

declare const opaque: unique symbol

export interface Queue<A> {
  readonly [opaque]: A
}

type Held<A> = Queue<A> & List<A>

const open = <A>(queue: Queue<A>): List<A> => queue as Held<A>
const close = <A>(list: List<A>): Queue<A> => list as Held<A>

export const emptyQueue = <A>(): Queue<A> => close(List<A>())
export const push = <A>(value: A, queue: Queue<A>): Queue<A> => close(open(queue).push(value))
export const first = <A>(queue: Queue<A>): A | undefined => open(queue).first()
export const rest = <A>(queue: Queue<A>): Queue<A> => close(open(queue).shift())
export const length = <A>(queue: Queue<A>): number => open(queue).size
export const toArray = <A>(queue: Queue<A>): ReadonlyArray<A> => open(queue).toArray()
