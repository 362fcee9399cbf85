/**
 * containerd's filter language: `namespace==ci,topic~="^/tasks/"`, `labels."my.app"==web`, `labels.tier`.
 * Selectors in one string are and-ed, strings of a list are or-ed. It knows no field names: the caller says what a path holds.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'

/** One condition. `Matches` without a pattern had a regular expression that does not compile: it is never true, as in containerd. */
export type Selector =
  | { readonly _tag: 'Present'; readonly path: ReadonlyArray<string> }
  | { readonly _tag: 'Equal'; readonly path: ReadonlyArray<string>; readonly value: string }
  | { readonly _tag: 'NotEqual'; readonly path: ReadonlyArray<string>; readonly value: string }
  | { readonly _tag: 'Matches'; readonly path: ReadonlyArray<string>; readonly pattern: RegExp | undefined }

/** Conditions that must all hold. None: everything matches. */
export type Filter = ReadonlyArray<Selector>

/** What an object has at a path, `undefined` if nothing. Label keys contain dots: `labels.a.b` is `['labels', 'a', 'b']`. */
export type Fields = (path: ReadonlyArray<string>) => string | undefined

const escapes: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' }
const numeric = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/

/** Reads the quoted part at the start of `text`: its value and how many characters it took. */
const quoted = (text: string): E.Either<string, readonly [string, number]> => {
  const quote = text.charAt(0)
  let value = ''
  let at = 1
  while (at < text.length) {
    const char = text.charAt(at)
    if (char === quote) return E.right([value, at + 1])
    if (char === '\n') break
    if (char !== '\\') {
      value += char
      at += 1
      continue
    }
    const next = text.charAt(at + 1)
    const plain = next === quote ? next : escapes[next]
    const digits = numeric.exec(text.slice(at + 1))
    if (plain !== undefined) {
      value += plain
      at += 2
    } else if (digits !== null) {
      const code = digits[4] === undefined ? parseInt(digits[1] ?? digits[2] ?? digits[3] ?? '0', 16) : parseInt(digits[4], 8)
      if (code > 0x10ffff) return E.left('unquoting failed: quote syntax error')
      value += String.fromCodePoint(code)
      at += 1 + digits[0].length
    } else return E.left('illegal escape sequence')
  }
  return E.left('quoted literal not terminated')
}

/** Constructs that Go's regular expressions do not have: with them the pattern would match here and nothing in containerd. */
const notInGo = /\(\?<?[=!]|\\[1-9]/

/** Go's notation in JavaScript's: flags at the start, named groups, and the ends of the text. */
const regex = (source: string): RegExp | undefined => {
  const flags = /^\(\?([ims]+)\)/.exec(source)
  const body = source.slice(flags?.[0].length ?? 0).replaceAll('(?P<', '(?<').replaceAll('\\z', '$').replaceAll('\\A', '^')
  if (notInGo.test(body)) return undefined
  try {
    return new RegExp(body, flags?.[1] ?? '')
  } catch {
    return undefined
  }
}

const selector = (path: ReadonlyArray<string>, operator: string, value: string): Selector =>
  operator === '=='
    ? { _tag: 'Equal', path, value }
    : operator === '!='
    ? { _tag: 'NotEqual', path, value }
    : { _tag: 'Matches', path, pattern: regex(value) }

/**
 * Reads one filter string. The empty string matches everything.
 *
 * A `/` or `|` opens a quoted part too, which is legal only after `~=`: so `topic==/tasks/exit` is refused, and `topic=="/tasks/exit"` is meant.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { parseFilter } from 'containerd-reaper/testing'
 *
 * assert.deepEqual(parseFilter('labels."a.b/c"==web'), {
 *   _tag: 'Right',
 *   right: [{ _tag: 'Equal', path: ['labels', 'a.b/c'], value: 'web' }],
 * })
 * assert.equal(parseFilter('topic==/tasks/exit')._tag, 'Left')
 * ```
 */
export const parseFilter = (text: string): E.Either<string, Filter> => {
  let at = 0
  const fail = (problem: string): E.Either<string, never> => {
    const shown = at < text.length ? `${text.slice(0, at)} >|${text.charAt(at)}|< ${text.slice(at + 1)}` : text
    return E.left(`filters: parse error: [${shown}]: ${problem}`)
  }
  const take = (pattern: RegExp): string => {
    const found = pattern.exec(text.slice(at))?.[0] ?? ''
    at += found.length
    return found
  }
  const takeQuoted = (): E.Either<string, string> => {
    const part = quoted(text.slice(at))
    if (part._tag === 'Left') return fail(part.left)
    at += part.right[1]
    return E.right(part.right[0])
  }
  const component = (): E.Either<string, string> => {
    take(/^\s+/)
    if (/^[/|]/.test(text.slice(at))) return fail('invalid quote encountered')
    if (text.charAt(at) === '"') return takeQuoted()
    const name = take(/^[A-Za-z0-9_]+/)
    return name === '' ? fail('expected field or quoted') : E.right(name)
  }
  const value = (operator: string): E.Either<string, string> => {
    take(/^\s+/)
    const next = text.charAt(at)
    if (next === '"' || (operator === '~=' && (next === '/' || next === '|'))) return takeQuoted()
    if (next === '/' || next === '|') return fail('invalid quote encountered')
    const plain = take(/^[^\s,]+/)
    return plain === '' ? fail('expected value or quoted') : E.right(plain)
  }

  if (text === '') return E.right([])
  const selectors: Array<Selector> = []
  while (true) {
    const path: Array<string> = []
    do {
      const part = component()
      if (part._tag === 'Left') return part
      path.push(part.right)
    } while (take(/^\./) !== '')
    if (at >= text.length || text.charAt(at) === ',') selectors.push({ _tag: 'Present', path })
    else {
      take(/^\s+/)
      const operator = take(/^[=!~]+/)
      if (operator === '') return fail('expected an operator ("=="|"!="|"~=")')
      if (operator !== '==' && operator !== '!=' && operator !== '~=') return fail(`unsupported operator "${operator}"`)
      const wanted = value(operator)
      if (wanted._tag === 'Left') return wanted
      selectors.push(selector(path, operator, wanted.right))
    }
    if (at >= text.length) return E.right(selectors)
    if (take(/^,/) === '') return fail(`unexpected input: ${text.charAt(at)}`)
  }
}

/** Reads a list of filter strings; the first that is wrong is the answer. */
export const parseFilters = (texts: ReadonlyArray<string>): E.Either<string, ReadonlyArray<Filter>> => {
  const filters: Array<Filter> = []
  for (const text of texts) {
    const filter = parseFilter(text)
    if (filter._tag === 'Left') return filter
    filters.push(filter.right)
  }
  return E.right(filters)
}

const holds = (one: Selector, found: string | undefined): boolean => {
  switch (one._tag) {
    case 'Present':
      return found !== undefined
    case 'Equal':
      return found === one.value
    case 'NotEqual':
      return found !== one.value
    case 'Matches':
      return one.pattern?.test(found ?? '') ?? false
  }
}

/** Whether an object passes: any of the filters, each with all of its selectors. An empty list lets everything pass. */
export const passes = (filters: ReadonlyArray<Filter>, fields: Fields): boolean =>
  filters.length === 0 || filters.some((filter) => filter.every((one) => holds(one, fields(one.path))))

/**
 * The fields of an object with plain ones and maps: `{ id: 'a', labels: new Map() }`. An empty text counts as absent,
 * as for most of containerd's fields; a map's entry is there even if it is empty.
 */
export const fieldsOf = (object: Readonly<Record<string, string | ReadonlyMap<string, string>>>): Fields => (path) => {
  const [first = '', ...rest] = path
  const found = Object.hasOwn(object, first) ? object[first] : undefined
  if (typeof found !== 'string') return found?.get(rest.join('.'))
  return rest.length > 0 || found === '' ? undefined : found
}
