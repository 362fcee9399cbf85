/** A small part of the nightly chaos (test/nightly/chaos.ts). */
import t from 'tap'
import { sizeOf } from '../kills/part.ts'
import { needsContainerd } from '../support/containerd/index.ts'
import { chaos } from './chaos.ts'

const [runs, seed] = [sizeOf('CHAOS_RUNS', 30), sizeOf('CHAOS_SEED', 1)]

t.test(`chaos: ${runs} runs (CHAOS_RUNS=${runs} CHAOS_SEED=${seed} node dist/test/chaos/chaos.test.js)`, needsContainerd(), async (t) => {
  const options = { seed, runs, quiet: 8, killsOfUs: 2, killsOfContainerd: 1, cuts: 2, hangSeconds: 3 }
  const { verdict, unheard, left, stderr, text } = await chaos({ ...options, say: (line) => t.comment(line) })
  t.comment(text)
  t.same(verdict.complaints, [], 'every exit is announced once, with its true code')
  t.same(unheard, [], 'listeners that come back miss nothing, and the plugin is told once')
  t.same(left, [], 'no task, no shim and no bundle is left')
  t.equal(stderr, '', 'nothing is left to say')
})
