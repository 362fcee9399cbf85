/**
 * The configuration of `run`: what it holds once it is decoded, and its way from and to the shape it has in a file. Where the values
 * come from, and which of several sources counts, is the shell's business; every value carries its origin for the messages.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { formatDuration } from './duration.ts'
import { problemsOf, type Rejected, rejected } from './explain.ts'
import { nearest } from './nearest.ts'
import { type Found, fromValue, type Origin, placeOf } from './origin.ts'
import { policySettings as p } from './policy_settings.ts'
import type { Setting, SettingRow } from './setting.ts'
import { type ForeignNamespace, type LogFormat, settings as s } from './settings.ts'
import { show } from './show.ts'

/** The settings of `[policy]`; their meanings and units stand in policy_settings.ts. */
export type PolicyConfig = { readonly [Name in keyof typeof p]: (typeof p)[Name]['default'] }

/** All that `run` is told. At least one namespace, and k8s.io and moby only when they are allowed. */
export interface Config {
  readonly address: string
  readonly namespaces: ReadonlyArray<string>
  readonly allowForeignNamespaces: ReadonlyArray<ForeignNamespace>
  readonly selectors: ReadonlyArray<string>
  readonly stateDir: string
  readonly deleteGraceMs: number
  readonly dryRun: boolean
  readonly salvage: boolean
  /** Empty: not served. `{namespace}` in it stands for the namespace. */
  readonly criSocket: string
  readonly log: LogFormat
  readonly policy: PolicyConfig
}

// In the order of the documentation.
export const allSettings: ReadonlyArray<SettingRow> = [...Object.values(s), ...Object.values(p)]

/** Names that a later version will know. Refused rather than passed over: whoever wrote one expects it to work. */
export const reservedKeys: ReadonlyArray<string> = ['nri_socket', 'policy.nri_timeout']

/** What JSON and TOML make of an object or table, and nothing with a class, such as a date. */
const isTable = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const unknownKey = (key: string, origin: Origin): string => {
  const place = placeOf(origin, /^[\w.]+$/.test(key) ? key : show(key), '')
  if (reservedKeys.includes(key)) return `Cannot use ${place}: it is not available in this version; leave it out`
  const meant = nearest(key, allSettings.map((row) => row.key))
  return `Cannot use ${place}: there is no such setting; ${meant === undefined ? 'leave it out' : `did you mean ${meant}?`}`
}

const linesOf = (key: string, origin: Origin) => (errors: t.Errors): ReadonlyArray<string> =>
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

/** One setting out of `found`, or its default. */
export const readSetting = <A>(setting: Setting<A>, found: ReadonlyMap<string, Found>): E.Either<Rejected, A> => {
  const at = found.get(setting.key)
  if (at === undefined) return E.right(setting.default)
  return E.mapLeft((errors: t.Errors) => rejected(linesOf(setting.key, at.origin)(errors)))(setting.codec.decode(at.raw))
}

const isForeign = (namespace: string): boolean => s.allowForeignNamespaces.codec.is([namespace])

const problemsAcross = (config: Config, found: ReadonlyMap<string, Found>): ReadonlyArray<string> => {
  const place = ({ key }: SettingRow): string => placeOf(found.get(key)?.origin ?? fromValue, key, '')
  const foreign = config.namespaces.filter((name) => isForeign(name) && !config.allowForeignNamespaces.some((allowed) => allowed === name))
  const { backoffFirstMs, backoffCapMs } = config.policy
  const sharesSocket = config.namespaces.length > 1 && config.criSocket !== '' && !config.criSocket.includes('{namespace}')
  return [
    ...(config.namespaces.length > 0 ? [] : [
      'Cannot run without a namespace: wanted at least one, found none; ' +
      `give --namespace NS, set ${s.namespaces.env[0] ?? ''} or write namespaces = ["NS"] in the configuration file`,
    ]),
    ...foreign.map((name) =>
      `Cannot use ${place(s.namespaces)}: wanted namespaces of your own, found ${
        show(name)
      }, whose owner deletes its tasks itself, and two ` +
      `deleters leak shims; leave it out, or insist with --allow-foreign-namespace ${name}`
    ),
    ...(!sharesSocket ? [] : [
      `Cannot use ${place(s.criSocket)}: wanted a socket for each of ${config.namespaces.length} namespaces, found one for all; ` +
      'write {namespace} in the path where the name is to stand',
    ]),
    ...(backoffFirstMs <= backoffCapMs ? [] : [
      `Cannot use ${
        place(found.has(p.backoffFirstMs.key) ? p.backoffFirstMs : p.backoffCapMs)
      }: wanted a first wait of at most the longest ` +
      `one, found ${formatDuration(backoffFirstMs)} and ${formatDuration(backoffCapMs)}`,
    ]),
  ]
}

/** The configuration out of values by key, with defaults for what is missing; every problem is told, in the order of the settings. */
export const readConfig = (found: ReadonlyMap<string, Found>): E.Either<Rejected, Config> => {
  const problems: Array<string> = []
  const value = <A>(setting: Setting<A>): A => {
    const read = readSetting(setting, found)
    if (E.isRight(read)) return read.right
    problems.push(...read.left.problems)
    return setting.default
  }
  const config: Config = {
    address: value(s.address),
    namespaces: value(s.namespaces),
    allowForeignNamespaces: value(s.allowForeignNamespaces),
    selectors: value(s.selectors),
    stateDir: value(s.stateDir),
    deleteGraceMs: value(s.deleteGraceMs),
    dryRun: value(s.dryRun),
    salvage: value(s.salvage),
    criSocket: value(s.criSocket),
    log: value(s.log),
    policy: {
      handlingTimeoutMs: value(p.handlingTimeoutMs),
      onHandlingTimeout: value(p.onHandlingTimeout),
      deleteHardLimitMs: value(p.deleteHardLimitMs),
      sandboxExit: value(p.sandboxExit),
      backoffFirstMs: value(p.backoffFirstMs),
      backoffCapMs: value(p.backoffCapMs),
      backoffJitter: value(p.backoffJitter),
      maxHandlings: value(p.maxHandlings),
      loadTimeoutMs: value(p.loadTimeoutMs),
      oomReadTimeoutMs: value(p.oomReadTimeoutMs),
      drainTimeoutMs: value(p.drainTimeoutMs),
      relistPeriodMs: value(p.relistPeriodMs),
      inferredGraceMs: value(p.inferredGraceMs),
    },
  }
  const all = problems.length > 0 ? problems : problemsAcross(config, found)
  return all.length > 0 ? E.left(rejected(all)) : E.right(config)
}
