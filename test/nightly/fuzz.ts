/**
 * Wrong inputs to everything that decodes what comes from outside. `FUZZ` says how many in all (1,000,000), `FUZZ_SEED` makes others.
 * NRI's frames have their own: `NRI_FUZZ=1000000 node dist/test/props.test.js`.
 */
import process from 'node:process'
import { growthOf } from '../fuzz/growth.ts'
import { fuzz, targets } from '../fuzz/run.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const inAll = Number(process.env['FUZZ'] ?? 1_000_000)
/** The largest file that anybody would feed us by mistake, in characters. */
const whole = 1_000_000
const seed = Number(process.env['FUZZ_SEED'] ?? 1)

const ran = targets.map((target) => {
  const one = fuzz(target, Math.ceil(inAll / targets.length), seed)
  print(`${one.name}: ${one.inputs} inputs, ${one.values} values, ${one.refused} refused, ${one.thrown.length} thrown`)
  for (const line of one.thrown) print(line)
  return one
})
const grown = targets.map((target) => {
  const { shapes, problems } = growthOf(target, inAll < 1_000_000 ? 12 : 1, whole)
  for (const line of problems) print(line)
  return { shapes, problems: problems.length }
})
const tooFast = grown.reduce((total, { problems }) => total + problems, 0)
const sum = (what: 'inputs' | 'values' | 'refused'): number => ran.reduce((total, it) => total + it[what], 0)
const thrown = ran.reduce((total, it) => total + it.thrown.length, 0)
process.exitCode = thrown === 0 && tooFast === 0 && sum('inputs') >= inAll ? 0 : 1
const shapes = grown.reduce((total, it) => total + it.shapes, 0)
print(
  `fuzz: ${targets.length} decoders, ${sum('inputs')} inputs, ${sum('values')} values, ${sum('refused')} refused, ${thrown} thrown; ` +
    `${shapes} shapes of long inputs up to ${whole} characters, ${tooFast} whose work grows faster than they do`,
)
