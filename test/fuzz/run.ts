/** Wrong inputs to every decoder, so many in all. */
import { randomOf } from '../sim/random.ts'
import { ofFiles } from './of_files.ts'
import { ofWire } from './of_wire.ts'
import type { Target } from './target.ts'

export const targets: ReadonlyArray<Target> = [...ofWire, ...ofFiles]

export interface Ran {
  readonly name: string
  readonly inputs: number
  readonly values: number
  readonly refused: number
  /** What was thrown, one line or more each; at most a few. */
  readonly thrown: ReadonlyArray<string>
}

/** More throws of one decoder than this tell nothing new. */
const enough = 5

export const fuzz = ({ name, attempt }: Target, inputs: number, seed: number): Ran => {
  const random = randomOf(seed).fork(name)
  let values = 0
  let refused = 0
  const thrown: string[] = []
  for (let i = 0; i < inputs && thrown.length < enough; i += 1) {
    try {
      if (attempt(random) === 'value') values += 1
      else refused += 1
    } catch (error) {
      thrown.push(error instanceof Error ? error.message : String(error))
    }
  }
  return { name, inputs: values + refused + thrown.length, values, refused, thrown }
}
