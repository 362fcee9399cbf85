/** Lots that fall the same way in every run and on every runtime, so that all contestants and all results are about the same events. */

/** A source of numbers from 0 up to, but not, 1. */
export type Random = () => number

/** Mulberry32: 32 bits of state are plenty for choosing events. */
export const seeded = (seed: number): Random => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number below `limit`. */
export const below = (random: Random, limit: number): number => Math.floor(random() * limit)

/** `count` different whole numbers below `limit`. */
export const distinct = (random: Random, count: number, limit: number): ReadonlyArray<number> => {
  const chosen = new Set<number>()
  while (chosen.size < Math.min(count, limit)) chosen.add(below(random, limit))
  return [...chosen]
}
