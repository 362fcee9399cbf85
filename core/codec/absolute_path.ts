/** Paths from the root, as settings take them: what a socket's name can hold, and no more. @module */
import * as t from 'io-ts'

const utf8Length = (text: string): number =>
  text.replaceAll(/[^\0-\x7f]/gu, (char) => (char < '\u0800' ? '12' : char < '\u{10000}' ? '123' : '1234')).length

/** A path of at most `max` bytes from the root. Control characters in it have always been a mistake. */
export const absolutePath = (name: string, max: number): t.Type<string, string, unknown> => {
  const accepts = (value: unknown): value is string =>
    typeof value === 'string' && /^\/[^\0-\x1f\x7f]*$/.test(value) && utf8Length(value) <= max
  return new t.Type<string, string, unknown>(name, accepts, (value, context) => {
    const path = typeof value === 'string' ? value.replace(/^unix:(?=\/)(?:\/\/(?=\/))?/, '') : value
    return accepts(path) ? t.success(path) : t.failure(value, context)
  }, (path) => path)
}

/** A path as above, or nothing. */
export const pathOrNone = (name: string, max: number): t.Type<string, string, unknown> => {
  const path = absolutePath(name, max)
  return new t.Type<string, string, unknown>(
    name,
    (value): value is string => value === '' || path.is(value),
    (value, context) => (value === '' ? t.success(value) : path.validate(value, context)),
    (value) => value,
  )
}
