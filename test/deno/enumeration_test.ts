/**
 * The crash matrix and the fuzzing of decoders under Deno, and two of the searches of small worlds: they visit as much as under Node. All
 * searches run in test/exhaustive.test.ts.
 */
import { cases as crashMatrix } from '../crash_matrix/cases.ts'
import { cases as searches } from '../exhaustive/cases.ts'
import { cases as fuzzing } from '../fuzz/cases.ts'

const some = searches(console.log).filter((_, place) => place % 2 === 0).slice(0, 2)

for (const { name, run } of [...crashMatrix(console.log), ...fuzzing, ...some]) {
  Deno.test(name, async () => {
    await run()
  })
}
