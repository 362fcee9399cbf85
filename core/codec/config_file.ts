/**
 * What a configuration file, or a value of its shape, says of the settings: which of its keys are none, and which values are wrong.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { problemsOf, type Rejected, rejected } from './explain.ts'
import { nearest } from './nearest.ts'
import { type Found, type Origin, placeOf } from './origin.ts'
import { policySettings as p } from './policy_settings.ts'
import type { SettingRow } from './setting.ts'
import { settings as s } from './settings.ts'
import { show } from './show.ts'

// In the order of the documentation.
export const allSettings: ReadonlyArray<SettingRow> = [...Object.values(s), ...Object.values(p)]

/** What JSON and TOML make of an object or table, and nothing with a class, such as a date. */
const isTable = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const unknownKey = (key: string, origin: Origin): string => {
  const place = placeOf(origin, /^[\w.]+$/.test(key) ? key : show(key), '')
  const meant = nearest(key, allSettings.map((row) => row.key))
  return `Cannot use ${place}: there is no such setting; ${meant === undefined ? 'leave it out' : `did you mean ${meant}?`}`
}

/** What is wrong with the value of a key, one line each. */
export const linesOf = (key: string, origin: Origin) => (errors: t.Errors): ReadonlyArray<string> =>
  problemsOf(errors).map(({ path, text }) => `Cannot use ${placeOf(origin, key, path)}: ${text}`)

const problemsOfEntry = (key: string, raw: unknown, origin: Origin): ReadonlyArray<string> => {
  const row = allSettings.find((known) => known.key === key)
  if (row === undefined) return [unknownKey(key, origin)]
  const decoded = row.decode(raw)
  return E.isLeft(decoded) ? linesOf(key, origin)(decoded.left) : []
}

/**
 * The values of a configuration file by their keys (`log`, `policy.handling_timeout`). Keys that are not settings are refused, for
 * a misspelt one would otherwise be a setting that silently has its default; and so is every wrong value, also one that another
 * source would override, for a file is right or wrong by itself.
 */
export const valuesOfFile = (file: unknown, origin: Origin): E.Either<Rejected, ReadonlyMap<string, Found>> => {
  if (!isTable(file)) return E.left(rejected([`Cannot read the configuration: wanted an object of settings, found ${show(file)}`]))
  const { policy = {}, ...others } = file
  if (!isTable(policy)) {
    return E.left(rejected([`Cannot use ${placeOf(origin, 'policy', '')}: wanted a table of settings, found ${show(policy)}`]))
  }
  const inPolicy = Object.entries(policy).map(([key, raw]): [string, unknown] => [`policy.${key}`, raw])
  const entries = [...Object.entries(others), ...inPolicy]
  const problems = entries.flatMap(([key, raw]) => problemsOfEntry(key, raw, origin))
  return problems.length > 0 ? E.left(rejected(problems)) : E.right(new Map(entries.map(([key, raw]) => [key, { raw, origin }])))
}
