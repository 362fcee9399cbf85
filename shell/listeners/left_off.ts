/**
 * Where listeners left off that have no name: a stream that cannot say from where it wants to go on is given what those missed who
 * went before it. Knows positions; not what stands there, nor for how long.
 *
 * @module
 */
import { type Place, placeAt } from './receipt.ts'

export interface LeftOff {
  /** A listener went. */
  readonly leave: (place: Place) => void
  /** A listener came: from where it is told. undefined when nobody is missing anything. */
  readonly take: () => Place | undefined
  /** The same for one that only looks on: nobody's place is taken. */
  readonly peek: () => Place | undefined
}

/** More than that many listeners do not come back at once; the oldest places are those that matter. */
const mostPlaces = 1_024

/**
 * Nobody can tell who comes back, so of several places the newcomer is given the oldest, and the newest is struck off: then each of
 * those who went is given at least what it missed, in whatever order they return. At the beginning one place is free, at 0.
 */
export const leftOff = (): LeftOff => {
  let places: ReadonlyArray<Place> = [placeAt(0)]
  return {
    leave: (place) => {
      places = [...places, place].sort((a, b) => a.position - b.position).slice(0, mostPlaces)
    },
    take: () => {
      const [oldest] = places
      places = places.slice(0, -1)
      return oldest
    },
    peek: () => places[0],
  }
}
