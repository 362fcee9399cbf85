/**
 * Makes wrong inputs out of right ones: bits flipped, pieces cut out, doubled or taken from elsewhere, lengths that lie, numbers too large,
 * nesting too deep, names that are none. A seed makes the same inputs every time, on every runtime.
 */
import type { Random } from '../sim/random.ts'

/** Names, numbers and marks that have been too much for somebody before. */
const words = [
  '__proto__',
  'constructor',
  'toString',
  '"__proto__":{"x":1},',
  '\ud800',
  '\u2028',
  '\0',
  '\ufeff',
  '🧨',
  'e\u0301',
  '18446744073709551616',
  '-9223372036854775809',
  '1e309',
  '1e300',
  '-0',
  '0.1',
  'NaN',
  'null',
  'true',
  '{}',
  '[]',
  '""',
  '\\u0000',
  '\\',
  '"',
  "'''",
  '[[',
  '=',
  '#',
  '\n',
]

/** Bytes that say something about what follows them: tags and lengths of protobuf, and the largest varints. */
const lies: ReadonlyArray<ReadonlyArray<number>> = [
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
  [0x0a, 0xff, 0x7f],
  [0x07],
  [0x0b],
  [0x0c],
  [0x00],
  [0x2a, 0x00],
]

const place = (random: Random, length: number): number => random.int(0, length)

/** A sequence of pieces, whatever they are: bytes or characters. */
interface Sequence<A> {
  readonly slice: (from: number, to?: number) => A
  readonly length: number
}

const once = <A extends Sequence<A>>(
  random: Random,
  value: A,
  other: A,
  join: (...parts: ReadonlyArray<A>) => A,
  odd: (random: Random) => A,
): A => {
  const [a, b] = [place(random, value.length), place(random, value.length)].sort((x, y) => x - y) as [number, number]
  switch (random.int(0, 5)) {
    case 0: // cut off
      return value.slice(0, a)
    case 1: // a piece is missing
      return join(value.slice(0, a), value.slice(b))
    case 2: // a piece comes twice
      return join(value.slice(0, b), value.slice(a))
    case 3: { // the rest is of another
      const c = place(random, other.length)
      return join(value.slice(0, a), other.slice(c))
    }
    case 4: // something odd instead of a piece
      return join(value.slice(0, a), odd(random), value.slice(Math.min(b, a + 12)))
    default: // something odd in between
      return join(value.slice(0, a), odd(random), value.slice(a))
  }
}

const several = <A>(
  random: Random,
  value: A,
  change: (value: A) => A,
  counts: readonly [number, ...ReadonlyArray<number>] = [1, 1, 1, 2, 3, 6],
): A => {
  let now = value
  for (let left = random.pick(counts); left > 0; left -= 1) now = change(now)
  return now
}

const joinBytes = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const oddBytes = (random: Random): Uint8Array =>
  Uint8Array.from(
    random.chance(0.5)
      ? random.pick(lies as [ReadonlyArray<number>, ...ReadonlyArray<ReadonlyArray<number>>])
      : [random.int(0, 255), random.int(0, 255)],
  )

const flipped = (random: Random, bytes: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(bytes)
  const at = random.int(0, bytes.length - 1)
  copy[at] = (copy[at] ?? 0) ^ (1 << random.int(0, 7))
  return copy
}

export const wrongBytes = (random: Random, seeds: readonly [Uint8Array, ...ReadonlyArray<Uint8Array>]): Uint8Array =>
  several(
    random,
    random.pick(seeds),
    (bytes) =>
      bytes.length > 0 && random.chance(0.5) ? flipped(random, bytes) : once(random, bytes, random.pick(seeds), joinBytes, oddBytes),
  )

const oddText = (random: Random): string => {
  if (random.chance(0.05)) return random.pick(['[', '{"a":', '(', 'a.', '[[', '"']).repeat(random.int(2, 20_000))
  if (random.chance(0.1)) return '9'.repeat(random.int(1, 400))
  return random.chance(0.3) ? String.fromCharCode(random.int(0, 0xffff)) : random.pick(words as [string, ...ReadonlyArray<string>])
}

export const wrongText = (random: Random, seeds: readonly [string, ...ReadonlyArray<string>]): string =>
  several(random, random.pick(seeds), (text) => once(random, text, random.pick(seeds), (...parts) => parts.join(''), oddText))

type Json = string | number | boolean | null | ReadonlyArray<Json> | { readonly [name: string]: Json }

/** What may stand where something else was expected. As text, so that numbers come as nobody else would write them. */
const oddValues = [
  '1e300',
  '-1',
  '9007199254740993',
  '9223372036854775808',
  '-9223372036854775809',
  '99999999999999999999',
  '0.5',
  '1e-400',
  '-0',
  'null',
  'true',
  '""',
  '"0"',
  '"99999999999999999999"',
  '"-99999999999999999999"',
  '"\\ud800"',
  '"__proto__"',
  '"a/b"',
  '"\\u001b[2J\\n"',
  '[]',
  '{}',
  '{"__proto__":{"x":1}}',
  '[[[[[[[[[[[[]]]]]]]]]]]]',
]

/** The JSON of `value` with one of its places, drawn by lot, changed: another value, a name that is none, or nothing at all. */
const spoiled = (random: Random, value: Json): string => {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) {
    return random.pick(oddValues as [string, ...ReadonlyArray<string>])
  }
  const written = (name: string, it: Json): string => `${JSON.stringify(name)}:${JSON.stringify(it)}`
  if (Array.isArray(value)) {
    const items = value as ReadonlyArray<Json>
    const at = random.int(0, items.length)
    const parts = items.map((it, i) => (i === at ? spoiled(random, it) : JSON.stringify(it)))
    return `[${(at === items.length ? [...parts, ...parts] : parts).join()}]`
  }
  const entries = Object.entries(value)
  const at = random.int(0, Math.max(0, entries.length - 1))
  const how = random.next()
  return `{${
    entries.flatMap(([name, it], i) => {
      if (i !== at) return [written(name, it)]
      if (how < 0.1) return []
      if (how < 0.2) return [written('__proto__', it)]
      return [`${JSON.stringify(name)}:${spoiled(random, it)}`]
    }).join()
  }}`
}

/** The seeds are JSON. */
export const wrongJson = (random: Random, seeds: readonly [string, ...ReadonlyArray<string>]): string =>
  several(random, random.pick(seeds), (text) => {
    try {
      return spoiled(random, JSON.parse(text) as Json)
    } catch {
      return text
    }
  }, [1, 1, 1, 2])
