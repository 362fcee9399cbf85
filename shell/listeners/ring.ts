/**
 * The last so many items of an endless sequence, each by its position in it. Readers keep their own position; nobody is waited for.
 *
 * @module
 */

export interface Ring<A> {
  /** Gives the position of the item: 0 for the first of all. The oldest one goes when the ring is full. */
  readonly append: (item: A) => number
  /** undefined for what has gone, and for what has not come yet. */
  readonly at: (position: number) => A | undefined
  /** Position of the oldest item that is still there; `end()` when none is. */
  readonly first: () => number
  /** Position that the next item will have. */
  readonly end: () => number
}

/** A ring of `capacity` items, at least 1. */
export const makeRing = <A>(capacity: number): Ring<A> => {
  const items: Array<A> = []
  let end = 0
  const first = (): number => Math.max(0, end - capacity)
  return {
    append: (item) => {
      items[end % capacity] = item
      return end++
    },
    at: (position) => (position >= first() && position < end ? items[position % capacity] : undefined),
    first,
    end: () => end,
  }
}
