/** The durable store under Deno: a real LevelDB in a scratch folder. The same lists run under tap. */
import { cases as damage } from '../shell/store/damage_cases.ts'
import { cases as faults } from '../shell/store/fault_cases.ts'
import { cases as peek } from '../shell/store/peek_cases.ts'
import { cases as store } from '../shell/store/store_cases.ts'

for (const { name, run } of [...store, ...faults, ...damage, ...peek]) {
  Deno.test({
    name,
    fn: async () => {
      await run()
    },
    // LevelDB's handles are the addon's, not Deno's.
    sanitizeOps: false,
    sanitizeResources: false,
  })
}
