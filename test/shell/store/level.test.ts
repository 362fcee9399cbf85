/** The store under tap. The same lists run under Deno. */
import t from 'tap'
import { cases as damage } from './damage_cases.ts'
import { cases as faults } from './fault_cases.ts'
import { cases as peek } from './peek_cases.ts'
import { cases as store } from './store_cases.ts'

for (const { name, run } of [...store, ...faults, ...damage, ...peek]) t.test(name, async () => run())
