/** The time of a simulated world: a heap of what is to happen, and nothing else moves it. What falls due together happens in the order in which it was planned. */
export interface Clock {
  /** Milliseconds since the epoch of the world. */
  readonly now: () => number
  /** Plans `act`; the returned function calls it off. */
  readonly after: (delayMs: number, act: () => void) => () => void
  /** Does the next thing that is planned for `limit` or before; false when there is none. */
  readonly advance: (limit: number) => boolean
}

interface Entry {
  readonly at: number
  readonly turn: number
  act: (() => void) | undefined
}

export const clockAt = (start: number): Clock => {
  const heap: Entry[] = []
  let now = start
  let turns = 0
  const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn)
  const swap = (i: number, j: number): void => {
    const held = heap[i]!
    heap[i] = heap[j]!
    heap[j] = held
  }
  const up = (from: number): void => {
    for (let i = from; i > 0;) {
      const parent = (i - 1) >> 1
      if (!isBefore(heap[i]!, heap[parent]!)) return
      swap(i, parent)
      i = parent
    }
  }
  const down = (): void => {
    for (let i = 0;;) {
      let least = i
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child
      }
      if (least === i) return
      swap(i, least)
      i = least
    }
  }
  const pop = (): Entry | undefined => {
    const top = heap[0]
    const last = heap.pop()
    if (top !== undefined && last !== undefined && top !== last) {
      heap[0] = last
      down()
    }
    return top
  }
  return {
    now: () => now,
    after: (delayMs, act) => {
      const entry: Entry = { at: now + Math.max(0, Math.round(delayMs)), turn: turns, act }
      turns += 1
      heap.push(entry)
      up(heap.length - 1)
      return () => {
        entry.act = undefined
      }
    },
    advance: (limit) => {
      for (let top = heap[0]; top !== undefined && top.at <= limit; top = heap[0]) {
        pop()
        if (top.act === undefined) continue
        now = top.at
        top.act()
        return true
      }
      now = Math.max(now, limit)
      return false
    },
  }
}
