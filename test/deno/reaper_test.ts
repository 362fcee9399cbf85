/** The reaper and its program end to end under Deno. The same list runs under tap in test/shell/reaper.test.ts. */
import { cases as cli } from '../vectors/shell/cli.ts'
import { cases as reaper } from '../vectors/shell/reaper.ts'

for (const { name, run } of [...reaper, ...cli]) {
  Deno.test(name, async () => {
    await run()
  })
}
