/** A program for kill tests: appends exits one after the other and in bursts, and says on standard output up to which it was told that they are kept. */
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import { exits, opened } from './scratch.ts'

const [dir = '', from = '1'] = process.argv.slice(2)
// Small, so that compactions are among what is killed.
const store = await opened(dir, { retention: { maxAgeMs: 1e12, maxBytes: 60_000 } })
for (let n = Number(from);; n += 5) {
  const appends = [0, 1, 2, 3, 4].map((more) => store.append(exits(n + more, n + more))())
  for (const append of await Promise.all(appends)) if (E.isLeft(append)) throw new Error(append.left.message)
  process.stdout.write(`${n + 4}\n`)
}
