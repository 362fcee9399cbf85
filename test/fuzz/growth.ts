/** Whether the work of a decoder grows with its input, and no faster: eight times the input costs about eight times as much, not 64 times. */
import type { Shape } from './long_inputs.ts'
import { shapesOf } from './long_inputs.ts'
import type { Target } from './target.ts'
import { type Counter, startCounting } from './work.ts'

const short = 4_000
const long = 8 * short
/** Linear work gives 8, and n log n a little more; quadratic work gives 64. */
const most = 16
/** What costs no more than this does not count, however it grows: it is what every call costs. */
const little = 100_000

type Text = NonNullable<Target['text']>

const tooFast = ({ workOf }: Counter, decode: Text['decode'], make: Shape['make']): string | undefined => {
  const [few, many] = [make(short), make(long)]
  const before = workOf(() => void decode(few))
  const after = workOf(() => void decode(many))
  return after > little && after > before * most ? `${short} characters cost ${before}, ${long} cost ${after}` : undefined
}

export interface Growth {
  readonly shapes: number
  /** One line for each shape by which the work grows too fast. */
  readonly problems: ReadonlyArray<string>
}

/** Of the shapes of an input one in `every` is tried. `whole`: and then once as long as a file can be, for what no counter sees. */
export const growthOf = ({ name, text }: Target, every: number, whole: number | undefined): Growth => {
  if (text === undefined) return { shapes: 0, problems: [] }
  const shapes = shapesOf(text.seeds).filter((_, place) => place % every === 0)
  const counter = startCounting()
  const problems = shapes.flatMap(({ name: shape, make }) => {
    const problem = tooFast(counter, text.decode, make)
    return problem === undefined ? [] : [`${name}: ${shape}: ${problem}`]
  })
  counter.stop()
  // Only where the work does not grow too fast, or it would never end.
  if (whole !== undefined && problems.length === 0) { for (const { make } of shapes) text.decode(make(whole)) }
  return { shapes: shapes.length, problems }
}
