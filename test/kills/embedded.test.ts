/** A tenth of the nightly matrix of kills on the embedded containerd (test/nightly/kills_embedded.ts). */
import t from 'tap'
import { sizeOf } from './part.ts'
import { killsOnEmbedded } from './on_embedded.ts'

const [kills, seed] = [sizeOf('KILLS_EMBEDDED', 20), sizeOf('KILLS_SEED', 1)]
const again = `KILLS_EMBEDDED=${kills} KILLS_SEED=${seed} node dist/test/nightly/kills_embedded.js`

t.test(`${kills} kills of the program on the embedded containerd (${again})`, async (t) => {
  const { verdict, left, stderr, text } = await killsOnEmbedded({ seed, kills, say: (line) => t.comment(line) })
  t.comment(text)
  t.same(verdict.complaints, [], 'no exit code, no announcement and no line is lost, and none has two numbers')
  t.same(left, [], 'nothing is left')
  t.equal(stderr, '', 'nothing is left to say')
})
