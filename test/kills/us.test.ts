/** A tenth of the nightly matrix of kills on a real containerd (test/nightly/kills_of_us.ts). */
import t from 'tap'
import { needsContainerd } from '../support/containerd/index.ts'
import { sizeOf } from './part.ts'
import { killsOnReal } from './on_real.ts'

const [kills, seed] = [sizeOf('KILLS_OF_US', 5), sizeOf('KILLS_SEED', 1)]
const again = `KILLS_OF_US=${kills} KILLS_SEED=${seed} node dist/test/nightly/kills_of_us.js`

t.test(`${kills} kills of the program on a real containerd (${again})`, needsContainerd(), async (t) => {
  const { verdict, left, stderr, text } = await killsOnReal({ seed, kills, say: (line) => t.comment(line) })
  t.comment(text)
  t.same(verdict.complaints, [], 'no exit code, no announcement and no line is lost, and none has two numbers')
  t.same(left, [], 'nothing is left')
  t.equal(stderr, '', 'nothing is left to say')
})
