/** The reaper end to end under Deno. The same list runs under tap in test/shell/reaper.test.ts. */
import { cases } from '../vectors/shell/reaper.ts'

for (const { name, run } of cases) {
  Deno.test(name, async () => {
    await run()
  })
}
