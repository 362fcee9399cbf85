/**
 * Chance that can be had again: everything random in a simulated world comes from one seed. Each part of the world draws from a
 * stream of its own, so that leaving one part out changes as little as possible in the others.
 */
export interface Random {
  /** Evenly from [0, 1). */
  readonly next: () => number
  /** A whole number, evenly, both ends included. */
  readonly int: (from: number, to: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(list: readonly [A, ...ReadonlyArray<A>]) => A
  /** A time that is mostly near `usual`, and now and then up to `worst`, ms. */
  readonly delay: (usual: number, worst: number, tail: number) => number
  /** A stream of its own that depends on this one's seed and `name` only, not on what has been drawn. */
  readonly fork: (name: string) => Random
}

export const randomOf = (seed: number): Random => {
  let state = mix(seed)
  const next = (): number => {
    // A Weyl sequence through a 32-bit finaliser: small, fast, and good enough to choose faults with.
    state = (state + 0x9e3779b9) | 0
    return (mix(state) >>> 0) / 4294967296
  }
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  const chance = (probability: number): boolean => next() < probability
  return {
    next,
    int,
    chance,
    pick: (list) => list[int(0, list.length - 1)] ?? list[0],
    delay: (usual, worst, tail) => (chance(tail) ? int(usual, worst) : int(0, usual)),
    fork: (name) => randomOf(mix(seed ^ hash(name))),
  }
}

const mix = (value: number): number => {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return x ^ (x >>> 15)
}

const hash = (text: string): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h
}
