/**
 * The names that containerd accepts for namespaces and containers, checked here so that a wrong one is refused with a reason before
 * any call is made.
 *
 * @module
 */
import * as t from 'io-ts'

const longest = 76
const pattern = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/

/** Whether containerd takes `text` for a namespace or a container id. */
export const isIdentifier = (text: string): boolean => text.length <= longest && pattern.test(text)

/** A namespace, or a container id. */
export const identifier: t.Type<string, string, unknown> = new t.Type<string, string, unknown>(
  'a name of at most 76 letters and digits, with single dots, dashes or underscores between them',
  (value): value is string => typeof value === 'string' && isIdentifier(value),
  (value, context) => typeof value === 'string' && isIdentifier(value) ? t.success(value) : t.failure(value, context),
  (name) => name,
)
