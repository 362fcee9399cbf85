/**
 * Any value as a short, printable piece of one line, for messages. Knows nothing of what the value was meant to be, and never
 * throws: not for cycles, bigints, symbols or objects that refuse to be read.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'

const limit = 72
const maxDepth = 4
const maxItems = 8

/** Characters that a terminal would act on, or that would let a value look like another one. */
const invisible = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

const render = (value: unknown, depth: number): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.slice(0, 2 * limit))
    case 'undefined':
      return 'nothing'
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'object':
      return value === null ? 'null' : renderObject(value, depth)
  }
}

const renderObject = (value: object, depth: number): string => {
  if (value instanceof Date) return JSON.stringify(value)
  if (Array.isArray(value)) {
    if (depth === maxDepth) return '[…]'
    return `[${value.slice(0, maxItems).map((item) => render(item, depth + 1)).join(',')}${value.length > maxItems ? ',…' : ''}]`
  }
  if (depth === maxDepth) return '{…}'
  const entries = Object.entries(value)
  const shown = entries.slice(0, maxItems).map(([key, item]) => `${JSON.stringify(key)}:${render(item, depth + 1)}`)
  return `{${shown.join(',')}${entries.length > maxItems ? ',…' : ''}}`
}

/** At most `limit` characters, and never half of a character. */
const cut = (text: string): string => text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`

/**
 * `value` as JSON would write it, cut to 72 characters; `nothing` for undefined.
 *
 * @example Long and cyclic values stay one short line
 * ```ts
 * import assert from 'node:assert/strict'
 * import { show } from 'containerd-reaper/core'
 *
 * assert.equal(show({ id: 'web-1', code: 137n }), '{"id":"web-1","code":137}')
 * assert.equal(show('x'.repeat(1_000)).length, 72)
 * assert.equal(show(undefined), 'nothing')
 * ```
 */
export const show = (value: unknown): string => {
  const text = E.tryCatch(() => render(value, 0), () => 'an object that cannot be read')
  return cut((E.isRight(text) ? text.right : text.left).replaceAll(invisible, escaped))
}
