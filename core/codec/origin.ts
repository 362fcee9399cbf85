/**
 * Where a value of the configuration came from, in the words of a message. Knows nothing of what the values mean.
 *
 * @module
 */
export interface FromFlag {
  readonly _tag: 'FromFlag'
  /** As it was typed: `--namespace`. */
  readonly flag: string
}
export interface FromEnvironment {
  readonly _tag: 'FromEnvironment'
  readonly variable: string
}
export interface FromFile {
  readonly _tag: 'FromFile'
  readonly path: string
}
/** A value that a program handed over. */
export interface FromValue {
  readonly _tag: 'FromValue'
}
export type Origin = FromFlag | FromEnvironment | FromFile | FromValue

export const fromFlag = (flag: string): FromFlag => ({ _tag: 'FromFlag', flag })
export const fromEnvironment = (variable: string): FromEnvironment => ({ _tag: 'FromEnvironment', variable })
export const fromFile = (path: string): FromFile => ({ _tag: 'FromFile', path })
export const fromValue: FromValue = { _tag: 'FromValue' }

/** A value as it was found, still to be decoded. */
export interface Found {
  readonly raw: unknown
  readonly origin: Origin
}

/** What a value is called where it came from. `path` leads on from `key` into the value, and has a meaning only in files. */
export const placeOf = (origin: Origin, key: string, path: string): string => {
  switch (origin._tag) {
    case 'FromFlag':
      return origin.flag
    case 'FromEnvironment':
      return `${origin.variable} from the environment`
    case 'FromFile':
      return `${key}${path} in ${origin.path}`
    case 'FromValue':
      return `config.${key}${path}`
  }
}
