/** Runs every property under tap. The same list runs under Deno in test/deno/props_test.ts. */
import fc from 'fast-check'
import t from 'tap'
import { allProps } from './all_props.ts'

for (const { name, property, runs } of allProps) {
  t.test(name, async () => {
    await fc.assert(property, runs === undefined ? {} : { numRuns: runs })
  })
}
if (allProps.length === 0) t.pass('no properties yet')
