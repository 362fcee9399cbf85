/** Inputs that are long in every way in which one can be: shapes by size, for those who look how the work grows. */

export interface Shape {
  readonly name: string
  /** About `length` characters. */
  readonly make: (length: number) => string
}

const times = (piece: string, length: number): string => piece.repeat(Math.ceil(length / piece.length))

const general: ReadonlyArray<Shape> = [
  ...['[', '{"a":', '"', '\\', ' ', '\n', '9', 'a', 'a.', 'a,', 'a==b,', '[[', '[a]\n', '(', '"a"."b".', '-', '__proto__.'].map((
    piece,
  ) => ({
    name: `${JSON.stringify(piece)} again and again`,
    make: (length: number) => times(piece, length),
  })),
  { name: 'an array of numbers', make: (length) => `[${times('1,', length)}1]` },
  { name: 'many names', make: (length) => `{${Array.from({ length: Math.ceil(length / 12) }, (_, i) => `"n${i}":"x"`).join()}}` },
  { name: 'many lines of TOML', make: (length) => Array.from({ length: Math.ceil(length / 12) }, (_, i) => `n${i} = "x"\n`).join('') },
  { name: 'an array of TOML', make: (length) => `namespaces = [${times('"ci", ', length)}]` },
  { name: 'a long text of TOML', make: (length) => `address = "${times('x', length)}"` },
  { name: 'selectors of TOML', make: (length) => `namespaces = ["ci"]\nselectors = ["${times('labels.a==b,', length)}id==x"]` },
]

/** A right input in which each text, one after the other, has become long. */
const stretched = (seed: string): ReadonlyArray<Shape> =>
  [...seed.matchAll(/[A-Za-z_]{2,}/g)].slice(0, 40).map(({ 0: word, index }) => ({
    name: `a long ${word} at ${index}`,
    make: (length) => `${seed.slice(0, index)}${times(word, length)}${seed.slice(index + word.length)}`,
  }))

export const shapesOf = (seeds: ReadonlyArray<string>): ReadonlyArray<Shape> => [
  ...general,
  ...seeds.flatMap((
    seed,
  ) => [{ name: 'right inputs one behind the other', make: (length: number) => times(`${seed},`, length) }, ...stretched(seed)]),
]
