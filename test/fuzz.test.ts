/** Runs the fuzzing of decoders under tap. The same list runs under Deno in test/deno/enumeration_test.ts. */
import t from 'tap'
import { cases } from './fuzz/cases.ts'

for (const { name, run } of cases) {
  t.test(name, async () => {
    await run()
  })
}
