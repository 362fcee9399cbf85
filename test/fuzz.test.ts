/** Runs the fuzzing of decoders under tap. The same list runs under Deno in test/deno/enumeration_test.ts. */
import t from 'tap'
import { cases } from './fuzz/cases.ts'
import { growthOf } from './fuzz/growth.ts'
import { targets } from './fuzz/run.ts'
import { ofText } from './fuzz/target.ts'

for (const { name, run } of cases) {
  t.test(name, async () => {
    await run()
  })
}

// V8's counters are Node's alone. All shapes of all inputs are tried by test/nightly/fuzz.ts.
t.test('the work of a decoder grows with its input and no faster', async (t) => {
  for (const target of targets) t.same(growthOf(target, 12, undefined).problems, [], target.name)
  const quadratic = ofText('quadratic', ['aaa'], (text) => {
    let rest = text
    let seen = 0
    while (rest.length > 0) {
      for (const letter of rest) seen += letter.length
      rest = rest.slice(40)
    }
    return seen > 0 ? 'value' : 'refused'
  })
  t.not(growthOf(quadratic, 12, undefined).problems.length, 0, 'work that grows too fast is seen')
})
