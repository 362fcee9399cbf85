/**
 * Checks a filter in containerd's syntax before containerd sees it. Some wrong filters are refused there with a message about
 * scanner tokens, and others silently match nothing, so that nothing would ever be cleaned up. Does not evaluate filters.
 *
 * @module
 */
import * as t from 'io-ts'
import { show } from './show.ts'

/** What is left to read, or why reading stops. */
type Read = { readonly rest: string } | { readonly problem: string }

/** Inside quotes: anything but the quote and line ends, and Go's escapes, of which `\d` and `\.` are none. */
const escape = String.raw`\\(?:[abfnrtv\\]|QUOTE|[0-3][0-7]{2}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})`
const quotedBy = (quote: string): RegExp => new RegExp(`^${quote}(?:[^${quote}\\\\\\n\\0]|${escape.replace('QUOTE', quote)})*${quote}`, 'u')
const quoted = { '"': quotedBy('"'), '/': quotedBy('\\/'), '|': quotedBy('\\|') }

const badQuotes = (text: string): Read => ({
  problem: `wanted a closed quotation at ${show(text)}, in which a backslash is written twice (\\\\d, \\\\.)`,
})

const readField = (text: string): Read => {
  if (text.startsWith('"')) {
    const found = quoted['"'].exec(text)
    return found === null ? badQuotes(text) : { rest: text.slice(found[0].length) }
  }
  const found = /^\w+/.exec(text)
  if (found === null) return { problem: `wanted the name of a field at ${show(text)}` }
  const rest = text.slice(found[0].length)
  const badName = /^[-/:]/.test(rest)
  return badName ? { problem: `wanted quotes around a name that has ${show(rest[0])} in it, such as labels."app-name"` } : { rest }
}

/** A container has only these; a filter on anything else would match nothing (or, with `!=`, everything). */
const paths = /^(?:id|image|runtime\.\s*name|labels\.[^]+)$/

const readPath = (text: string): Read => {
  let read = readField(text.trimStart())
  while ('rest' in read && read.rest.startsWith('.')) read = readField(read.rest.slice(1).trimStart())
  if (!('rest' in read)) return read
  return read
}

/** Asked last: a filter that cannot even be read is told that first. */
const checkPath = (path: string, read: Read): Read =>
  'problem' in read || paths.test(path) ? read : { problem: `wanted id, image, runtime.name or labels.KEY, found ${show(path)}` }

const readQuoted = (text: string, isRegex: boolean): Read => {
  const found = (text.startsWith('/') ? quoted['/'] : text.startsWith('|') ? quoted['|'] : quoted['"']).exec(text)
  if (found === null) return badQuotes(text)
  // containerd reports no bad regex; it just never matches. These two are what people bring along from other dialects.
  if (isRegex && /\(\?<?[=!]/.test(found[0])) return { problem: 'wanted a regex of Go, which has no look-ahead or look-behind' }
  return { rest: text.slice(found[0].length) }
}

const readValue = (operator: string, text: string): Read => {
  const quote = /^["/|]/.exec(text)?.[0]
  if (quote !== undefined && (quote === '"' || operator === '~=')) return readQuoted(text, operator === '~=')
  if (quote !== undefined) {
    return {
      problem: `wanted double quotes around a value that begins with ${quote}, such as ${operator}"${text.split(/[\s,]/)[0] ?? ''}"`,
    }
  }
  const found = /^[^\s,.=!~][^\s,]*/.exec(text)
  return found === null ? { problem: `wanted a value after ${operator}` } : { rest: text.slice(found[0].length) }
}

const readSelector = (text: string): Read => {
  const read = readPath(text)
  if (!('rest' in read)) return read
  const path = text.slice(0, text.length - read.rest.length).trim()
  const found = /^\s*([=!~]+)\s*/.exec(read.rest)
  if (found === null) return checkPath(path, read) // bare: the field is present
  const operator = found[1] ?? ''
  if (!['==', '!=', '~='].includes(operator)) return { problem: `wanted ==, != or ~=, found ${operator}` }
  return checkPath(path, readValue(operator, read.rest.slice(found[0].length)))
}

/**
 * What is wrong with a filter over containers, in words; undefined when containerd takes it and it can match something.
 *
 * Follows containerd's filter syntax: comma-separated conditions that must all hold, each `path`, `path==value`, `path!=value` or
 * `path~=regex`. Its scanner takes `/` and `|` for quotes too, so `labels.path==/x` is an error and wants quotes.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { selectorProblem } from 'containerd-reaper/core'
 *
 * assert.equal(selectorProblem('labels.app==web,id~=/^ci/'), undefined)
 * assert.equal(selectorProblem('labels.path==/x'), 'wanted double quotes around a value that begins with /, such as =="/x"')
 * ```
 */
export const selectorProblem = (filter: string): string | undefined => {
  if (filter.trim() === '') return 'wanted a filter, found an empty one, which would match every container'
  let rest = filter
  for (;;) {
    const read = readSelector(rest)
    if ('problem' in read) return read.problem
    rest = read.rest
    if (rest === '') return undefined
    if (!rest.startsWith(',')) return `wanted a comma or the end, found ${show(rest)}`
    rest = rest.slice(1)
  }
}

/** A filter over containers in containerd's syntax. */
export const selector: t.Type<string, string, unknown> = new t.Type<string, string, unknown>(
  "a filter in containerd's syntax, such as labels.app==web",
  (value): value is string => typeof value === 'string' && selectorProblem(value) === undefined,
  (value, context) => {
    if (typeof value !== 'string') return t.failure(value, context)
    const filter = value.trim() // containerd takes blanks at the start, but not at the end
    const problem = selectorProblem(filter)
    return problem === undefined ? t.success(filter) : t.failure(value, context, `${problem}; the filter is ${show(value)}`)
  },
  (filter) => filter,
)
