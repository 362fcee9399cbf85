/**
 * A first-in, first-out queue whose entries can also leave from the middle, each operation in constant time.
 * Neither an array (`shift` and `splice` move the rest) nor a Set (taking the first skips all that left before it) is that.
 *
 * @module
 */

export interface Fifo<A> {
  /** Adds at the end; returns what takes this entry out again (harmless when it has left already). */
  readonly push: (value: A) => () => void
  /** Takes the first entry, or `undefined` when there is none. */
  readonly shift: () => { readonly value: A } | undefined
  readonly size: () => number
}

interface Entry<A> {
  readonly value: A
  before: Entry<A> | undefined
  after: Entry<A> | undefined
  queued: boolean
}

export const fifo = <A>(): Fifo<A> => {
  let first: Entry<A> | undefined
  let last: Entry<A> | undefined
  let size = 0

  const remove = (entry: Entry<A>): void => {
    if (!entry.queued) return
    entry.queued = false
    size -= 1
    if (entry.before === undefined) first = entry.after
    else entry.before.after = entry.after
    if (entry.after === undefined) last = entry.before
    else entry.after.before = entry.before
  }

  return {
    push: (value) => {
      const entry: Entry<A> = { value, before: last, after: undefined, queued: true }
      if (last === undefined) first = entry
      else last.after = entry
      last = entry
      size += 1
      return () => remove(entry)
    },
    shift: () => {
      const entry = first
      if (entry !== undefined) remove(entry)
      return entry
    },
    size: () => size,
  }
}
