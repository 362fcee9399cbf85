/** Runs the searches of small worlds under tap. The same list runs under Deno in test/deno/enumeration_test.ts. */
import t from 'tap'
import { cases } from './exhaustive/cases.ts'

for (const { name, run } of cases((line) => t.comment(line))) {
  t.test(name, async () => {
    await run()
  })
}
