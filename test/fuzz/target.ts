/** One decoder of something that comes from outside, and right inputs that wrong ones are made of. */
import type { Random } from '../sim/random.ts'
import { wrongBytes, wrongJson, wrongText } from './mutator.ts'

/** What a decoder makes of an input: a value, or a refusal that says why. Anything else is thrown, and a bug. */
export type Verdict = 'value' | 'refused'

export interface Target {
  readonly name: string
  /** Makes one wrong input and decodes it. It throws what the decoder throws, with the input in its words. */
  readonly attempt: (random: Random) => Verdict
  /** One right input, as it is. */
  readonly right: ReadonlyArray<() => Verdict>
  /** For text: any other input, and the right ones, to make long ones of. */
  readonly text?: { readonly decode: (text: string) => Verdict; readonly seeds: ReadonlyArray<string> }
}

/** A throw, with what was decoded. */
export class Thrown extends Error {
  constructor(target: string, input: string, cause: unknown) {
    const what = cause instanceof Error ? cause.stack ?? cause.message : String(cause)
    super(`${target} threw for ${input.length > 2_000 ? `${input.slice(0, 2_000)}… (${input.length})` : input}: ${what}`)
  }
}

const watched = <A>(name: string, decode: (input: A) => Verdict, shown: (input: A) => string) => (input: A): Verdict => {
  try {
    return decode(input)
  } catch (error) {
    throw new Thrown(name, shown(input), error)
  }
}

export const ofText = (name: string, seeds: readonly [string, ...ReadonlyArray<string>], decode: (text: string) => Verdict): Target => {
  const run = watched(name, decode, (text) => JSON.stringify(text))
  return {
    name,
    attempt: (random) => run(wrongText(random, seeds)),
    right: seeds.map((seed) => () => run(seed)),
    text: { decode: run, seeds },
  }
}

/** Half of the inputs are still JSON, with something else in one of its places. */
export const ofJson = (name: string, seeds: readonly [string, ...ReadonlyArray<string>], decode: (text: string) => Verdict): Target => {
  const run = watched(name, decode, (text: string) => JSON.stringify(text))
  const attempt: Target['attempt'] = (random) => run(random.chance(0.5) ? wrongJson(random, seeds) : wrongText(random, seeds))
  return { ...ofText(name, seeds, decode), attempt }
}

export const ofBytes = (
  name: string,
  seeds: readonly [Uint8Array, ...ReadonlyArray<Uint8Array>],
  decode: (bytes: Uint8Array) => Verdict,
): Target => {
  const run = watched(name, decode, (bytes) => Buffer.from(bytes).toString('hex'))
  return { name, attempt: (random) => run(wrongBytes(random, seeds)), right: seeds.map((seed) => () => run(seed)) }
}
