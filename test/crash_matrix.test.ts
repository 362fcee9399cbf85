/** Runs the crash matrix under tap. The same list runs under Deno in test/deno/enumeration_test.ts. */
import t from 'tap'
import { cases } from './crash_matrix/cases.ts'

for (const { name, run } of cases((line) => t.comment(line))) {
  t.test(name, async () => {
    await run()
  })
}
