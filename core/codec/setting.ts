/**
 * What one setting is: its names in the file, on the command line and in the environment, its codec, its default, and the words
 * that explain it. The settings themselves stand in settings.ts and policy_settings.ts.
 *
 * @module
 */
import type * as t from 'io-ts'
import { show } from './show.ts'

/** How text from a flag or the environment becomes the value that the file would hold. A `list` is divided at its commas. */
export type Shape = 'text' | 'list' | 'lines' | 'switch' | 'number'

/** All of a setting but its type: enough to find, merge and describe its values. */
export interface SettingRow {
  /** Its key in the configuration file; `policy.x` is key `x` of the table `[policy]`. */
  readonly key: string
  readonly flag: string
  readonly short: string | undefined
  /** What the flag's value is called in `--help`; undefined for a switch. */
  readonly argument: string | undefined
  /** Environment variables, the first one that is set counts. */
  readonly env: ReadonlyArray<string>
  readonly shape: Shape
  /** What its codec accepts, in words. */
  readonly wanted: string
  readonly decode: t.Decode<unknown, unknown>
  readonly defaultText: string
  readonly meaning: string
  /** Why the default is what it is. */
  readonly reason: string
}

export interface Setting<A> extends SettingRow {
  readonly codec: t.Type<A, unknown, unknown>
  readonly default: A
}

/** What differs from one setting to the next; the rest follows from it. */
export interface SettingGiven<A> {
  readonly key: string
  readonly flag: string
  readonly short?: string
  readonly argument?: string
  readonly alsoEnv?: string
  readonly shape?: Shape
  readonly codec: t.Type<A, unknown, unknown>
  readonly default: A
  /** Only where the encoded default would not read well. */
  readonly defaultText?: string
  readonly meaning: string
  readonly reason: string
}

const envOf = (flag: string): string => `CONTAINERD_REAPER_${flag.slice(2).toUpperCase().replaceAll('-', '_')}`

export const setting = <A>(given: SettingGiven<A>): Setting<A> => {
  const encoded = given.codec.encode(given.default)
  return {
    key: given.key,
    flag: given.flag,
    short: given.short,
    argument: given.argument,
    env: [envOf(given.flag), ...(given.alsoEnv === undefined ? [] : [given.alsoEnv])],
    shape: given.shape ?? 'text',
    wanted: given.codec.name,
    decode: (value) => given.codec.decode(value),
    codec: given.codec,
    default: given.default,
    defaultText: given.defaultText ?? (typeof encoded === 'string' ? encoded : show(encoded)),
    meaning: given.meaning,
    reason: given.reason,
  }
}

const isTrue = ['true', '1', 'yes', 'on']
const isFalse = ['false', '0', 'no', 'off']

/**
 * The value that the file would hold for `text`. Text that has not the right shape stays text, so that the codec refuses it with
 * what it found.
 */
export const valueOfText = (shape: Shape, text: string): unknown => {
  switch (shape) {
    case 'text':
      return text
    case 'list':
      return text.split(',').map((part) => part.trim())
    case 'lines':
      return [text]
    case 'switch':
      return isTrue.includes(text.toLowerCase()) ? true : isFalse.includes(text.toLowerCase()) ? false : text
    case 'number':
      return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
  }
}
