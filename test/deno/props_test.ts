/** Runs every property under Deno. The same list runs under tap in test/props.test.ts. */
import fc from 'fast-check'
import { allProps } from '../all_props.ts'

for (const { name, property, runs } of allProps) {
  Deno.test(name, async () => {
    await fc.assert(property, runs === undefined ? {} : { numRuns: runs })
  })
}
