/**
 * How far each search has to get: the numbers that were reached last, committed beside this file. A search that visits fewer situations or
 * transitions than that has lost some of what it proved, and fails.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { inProject } from '../support/paths.ts'
import type { Reached } from './search.ts'

export type Size = 'test run' | 'minute'

const file = inProject('test', 'exhaustive', 'reached.json')

type Book = Readonly<Record<string, Readonly<Partial<Record<Size, Reached>>>>>

const readBook = (): Book => JSON.parse(readFileSync(file, 'utf8')) as Book

export const describeReached = ({ depth, situations, transitions }: Reached): string =>
  `${situations} situations, ${transitions} transitions, ${depth} steps deep`

/** What is wrong with having reached no more than this, undefined when nothing is. */
export const shortfall = (name: string, size: Size, now: Reached): string | undefined => {
  const before = readBook()[name]?.[size]
  const raise = `node dist/test/nightly/exhaustive.js --commit, and say in the commit why the numbers have changed`
  if (before === undefined) {
    return `Cannot compare "${name}" (${size}): wanted its numbers in test/exhaustive/reached.json, found none: ${raise}`
  }
  if (now.situations >= before.situations && now.transitions >= before.transitions && now.depth >= before.depth) return undefined
  return `"${name}" (${size}) has got smaller: wanted at least ${describeReached(before)}, found ${describeReached(now)}. ` +
    `If the machine really has fewer ways to go now: ${raise}`
}

/** Keeps what was reached now. */
export const commit = (reached: ReadonlyArray<readonly [name: string, size: Size, now: Reached]>): void => {
  const book: Record<string, Partial<Record<Size, Reached>>> = { ...readBook() }
  for (const [name, size, now] of reached) book[name] = { ...book[name], [size]: now }
  writeFileSync(file, `${JSON.stringify(book, null, 2)}\n`)
}
