import t from 'tap'
import { defaultPolicy, type Policy, policyProblem } from '../../../core/index.ts'

t.test('the default policy, and one whose times have no end, can be obeyed', async (t) => {
  t.equal(policyProblem(defaultPolicy), undefined)
  t.equal(policyProblem({ ...defaultPolicy, handlingTimeoutMs: Infinity, deleteHardLimitMs: 0, maxHandlings: 1 }), undefined)
})

const bad: ReadonlyArray<readonly [Partial<Record<keyof Policy, unknown>>, string]> = [
  [{ maxHandlings: 0 }, 'policy.maxHandlings: wanted a whole number from 1 to 1024, found 0'],
  [{ maxHandlings: 1.5 }, 'policy.maxHandlings: wanted a whole number from 1 to 1024, found 1.5'],
  [{ backoffFirstMs: -1 }, 'policy.backoffFirstMs: wanted milliseconds from 0 to Infinity, found -1'],
  [{ handlingTimeoutMs: NaN }, 'policy.handlingTimeoutMs: wanted milliseconds from 0 to Infinity, found NaN'],
  [{ deleteGraceMs: undefined }, 'policy.deleteGraceMs: wanted milliseconds from 0 to Infinity, found nothing'],
  [{ deleteHardLimitMs: '5s' }, 'policy.deleteHardLimitMs: wanted milliseconds from 0 to Infinity, or undefined, found "5s"'],
  [{ onHandlingTimeout: 'wait' }, 'policy.onHandlingTimeout: wanted join or cancel, found "wait"'],
  [{ oomCheck: 'no' }, 'policy.oomCheck: wanted boolean, found "no"'],
]

for (const [values, wanted] of bad) {
  t.test(wanted, async (t) => {
    // @ts-expect-error What the compiler would refuse comes from JavaScript, or from a file.
    t.equal(policyProblem({ ...defaultPolicy, ...values }), wanted)
  })
}
