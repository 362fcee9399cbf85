/**
 * From what an older version wrote to what this one reads. Each step takes all entries of its version and gives those of the next; the
 * result is put in place of the old in one write. Steps stay for ever, and so do the histories under test/histories/ that hold them to it.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { formatKey, formatVersion, put } from './row.ts'
import type { Entry, Op } from './table.ts'

/** All entries of one version to those of the next, or in one line why not. `format` itself is seen to here. */
export type Upgrade = (entries: ReadonlyArray<Entry>) => E.Either<string, ReadonlyArray<Entry>>

/** By the version they lead away from. Version 1 is the first. */
export const upgrades: ReadonlyMap<number, Upgrade> = new Map<number, Upgrade>()

/**
 * What has to be written so that entries of version `found` are entries of version `wanted`.
 *
 * @returns nothing to write when they are already; a line for a person when there is no way.
 */
export const upgradeOps = (
  found: number,
  entries: ReadonlyArray<Entry>,
  steps: ReadonlyMap<number, Upgrade> = upgrades,
  wanted: number = formatVersion,
): E.Either<string, ReadonlyArray<Op>> => {
  if (found > wanted) {
    return E.left(`format.version: wanted ${wanted}, found ${found}: a newer containerd-reaper wrote it, use that one or another directory`)
  }
  let current = entries.filter(([key]) => key !== formatKey)
  for (let version = found; version < wanted; version++) {
    const step = steps.get(version)
    if (step === undefined) return E.left(`format.version: wanted ${wanted}, found ${found}: there is no upgrade from version ${version}`)
    const next = step(current)
    if (E.isLeft(next)) return next
    current = [...next.right]
  }
  if (found === wanted) return E.right([])
  const kept = new Set(current.map(([key]) => key))
  return E.right([
    ...entries.filter(([key]) => !kept.has(key) && key !== formatKey).map(([key]): Op => ({ type: 'del', key })),
    ...current.map(([key, value]): Op => ({ type: 'put', key, value })),
    put(formatKey, JSON.stringify({ version: wanted })),
  ])
}
