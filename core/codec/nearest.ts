/**
 * The known word that a misspelt one was most likely meant to be. For hints in messages only; nothing is ever taken for another.
 *
 * @module
 */

/** How many letters have to be put in, left out or exchanged to turn `a` into `b`. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const same = a[i] === b[j] ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + same, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** How far apart two words may be and still be taken for one another. */
const tolerance = (known: string): number => Math.max(2, known.length / 3)

/** The one of `words` that is nearest to `word`, the first of equals; undefined when none is near. */
export const nearest = (word: string, words: ReadonlyArray<string>): string | undefined =>
  words
    .filter((known) => Math.abs(known.length - word.length) <= tolerance(known))
    .map((known) => ({ known, away: distance(word, known) }))
    .filter(({ known, away }) => away <= tolerance(known) && away < known.length)
    .sort((a, b) => a.away - b.away)[0]?.known
