/** The reaper and its program end to end under tap, in a file of its own because it waits for processes. The same list runs under Deno in test/deno/reaper_test.ts. */
import t from 'tap'
import { cases as cli } from '../vectors/shell/cli.ts'
import { cases as reaper } from '../vectors/shell/reaper.ts'

for (const { name, run } of [...reaper, ...cli]) {
  t.test(name, async () => {
    await run()
  })
}
