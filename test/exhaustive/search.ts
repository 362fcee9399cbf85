/**
 * Breadth first over everything that can happen in a small world: each situation is visited once, every way on from it is taken, and the
 * rules are checked at each transition. Nothing is drawn by lot, so a search visits the same situations every time and everywhere.
 */
import { createHash } from 'node:crypto'
import type { Breach } from '../sim/hooks.ts'
import { Broken } from '../sim/hooks.ts'
import { movesOf } from '../small_world/moves.ts'
import type { Rules, Situation } from '../small_world/situation.ts'
import { createNamer } from './key.ts'

export interface Reached {
  readonly depth: number
  readonly situations: number
  readonly transitions: number
}

export interface Found {
  readonly reached: Reached
  /** The shortest history that breaks a rule: what happened, one line each, with what was broken last. */
  readonly broken: { readonly breach: Breach; readonly history: ReadonlyArray<string> } | undefined
}

interface Path {
  readonly name: string
  readonly before: Path | undefined
}

interface Place {
  readonly situation: Situation
  readonly path: Path | undefined
}

export interface SearchOptions {
  readonly rules: Rules
  readonly from: Situation
  readonly depth: number
  /** Called for each situation that was not seen before. It may throw `Broken`. */
  readonly visit?: (situation: Situation, place: number) => void
  readonly atDepth?: (reached: Reached) => void
}

const historyOf = (path: Path | undefined): ReadonlyArray<string> => path === undefined ? [] : [...historyOf(path.before), path.name]

/** What was thrown, as a breach: everything that is no breach of a rule breaks the rule that nothing is thrown. */
export const breachOf = (error: unknown): Breach =>
  error instanceof Broken
    ? error.breach
    : { rule: 'never throws', what: error instanceof Error ? error.stack ?? error.message : String(error) }

export const search = ({ rules, from, depth, visit = () => {}, atDepth = () => {} }: SearchOptions): Found => {
  const keyOf = createNamer()
  const seen = new Set<string>([hashOf(keyOf(from))])
  let places: ReadonlyArray<Place> = [{ situation: from, path: undefined }]
  let transitions = 0
  for (let level = 1; level <= depth && places.length > 0; level += 1) {
    const next: Place[] = []
    for (const { situation, path } of places) {
      for (const move of movesOf(rules, situation)) {
        transitions += 1
        try {
          const after = move.go()
          const hash = hashOf(keyOf(after))
          if (seen.has(hash)) continue
          seen.add(hash)
          visit(after, seen.size)
          if (level < depth) next.push({ situation: after, path: { name: move.name(), before: path } })
        } catch (error) {
          const history = historyOf({ name: move.name(), before: path })
          return { reached: { depth: level, situations: seen.size, transitions }, broken: { breach: breachOf(error), history } }
        }
      }
    }
    places = next
    atDepth({ depth: level, situations: seen.size, transitions })
  }
  return { reached: { depth, situations: seen.size, transitions }, broken: undefined }
}

const hashOf = (key: string): string => createHash('sha1').update(key).digest('base64')
