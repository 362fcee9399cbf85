/** Runs every vector under tap. The same list runs under Deno in test/deno/vectors_test.ts. */
import t from 'tap'
import { allVectors } from './all_vectors.ts'

for (const { name, run } of allVectors) {
  t.test(name, async () => {
    await run()
  })
}
if (allVectors.length === 0) t.pass('no vectors yet')
