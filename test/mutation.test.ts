/** Holds the list of seeded bugs to the sources, and seeds a few. test/nightly/mutations.ts seeds them all. */
import t from 'tap'
import { cases } from './mutation/cases.ts'

for (const { name, run } of cases) {
  t.test(name, async () => {
    await run()
  })
}
