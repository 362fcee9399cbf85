/** Runs every vector under Deno. The same list runs under tap in test/vectors.test.ts. */
import { allVectors } from '../all_vectors.ts'

for (const { name, run } of allVectors) {
  Deno.test(name, async () => {
    await run()
  })
}
