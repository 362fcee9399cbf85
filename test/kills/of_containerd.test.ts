/** A tenth of the nightly kills of containerd (test/nightly/kills_of_containerd.ts). */
import t from 'tap'
import { needsContainerd } from '../support/containerd/index.ts'
import { killsOfContainerd } from './of_containerd.ts'
import { sizeOf } from './part.ts'

const [kills, seed] = [sizeOf('KILLS_OF_CONTAINERD', 5), sizeOf('KILLS_SEED', 1)]
const again = `KILLS_OF_CONTAINERD=${kills} KILLS_SEED=${seed} node dist/test/nightly/kills_of_containerd.js`

t.test(`${kills} kills of containerd beside the program (${again})`, needsContainerd(), async (t) => {
  const { verdict, left, stderr, text } = await killsOfContainerd({ seed, kills, say: (line) => t.comment(line), longOutages: false })
  t.comment(text)
  t.same(verdict.complaints, [], 'no announcement and no line is lost, none has two numbers, and no code that anybody still knew')
  t.same(left, [], 'nothing is left')
  t.equal(stderr, '', 'nothing is left to say')
})
