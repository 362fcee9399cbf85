/**
 * The configuration of `run`: what it holds once it is decoded, and its way from and to the shape it has in a file. Where the values
 * come from, and which of several sources counts, is the shell's business; every value carries its origin for the messages.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { linesOf } from './config_file.ts'
import { formatDuration } from './duration.ts'
import { type Rejected, rejected } from './explain.ts'
import { type Found, fromValue, placeOf } from './origin.ts'
import { policySettings as p } from './policy_settings.ts'
import type { Setting, SettingRow } from './setting.ts'
import { type ForeignNamespace, type LogFormat, settings as s } from './settings.ts'
import { show } from './show.ts'

export { allSettings, valuesOfFile } from './config_file.ts'

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
  readonly nriSocket: string
  readonly nriPluginDir: string
  readonly nriTimeoutMs: number
  readonly log: LogFormat
  readonly policy: PolicyConfig
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
    nriSocket: value(s.nriSocket),
    nriPluginDir: value(s.nriPluginDir),
    nriTimeoutMs: value(s.nriTimeoutMs),
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
