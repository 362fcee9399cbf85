/**
 * The configuration as a value of the shape it has in a file, for programs that keep it elsewhere (JSON, a database, a test).
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { type Config, readConfig, valuesOfFile } from './config.ts'
import type { Rejected } from './explain.ts'
import { fromValue } from './origin.ts'
import { policySettings as p } from './policy_settings.ts'
import type { Setting } from './setting.ts'
import { settings as s } from './settings.ts'

/**
 * The configuration in `value`, with defaults for what is missing. Keys are those of the file: `state_dir`, and `policy` with
 * `handling_timeout` and so on; durations are text such as `10s`. Unknown keys and wrong values are refused, one line each.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { decodeConfig } from 'containerd-reaper/core'
 *
 * const config = decodeConfig({ namespaces: ['ci'], policy: { handling_timeout: '20s' } })
 * assert.equal(config._tag === 'Right' && config.right.policy.handlingTimeoutMs, 20_000)
 *
 * const refused = decodeConfig({ namespaces: ['ci'], log: 'xml' })
 * assert.deepEqual(refused._tag === 'Left' && refused.left.problems, ['Cannot use config.log: wanted pretty or json, found "xml"'])
 * ```
 */
export const decodeConfig = (value: unknown): E.Either<Rejected, Config> => E.flatMap(readConfig)(valuesOfFile(value, fromValue))

/** The value that `decodeConfig` reads back as `config`; JSON and TOML can hold it. */
export const encodeConfig = (config: Config): Readonly<Record<string, unknown>> => {
  const file: Record<string, unknown> = {}
  const policy: Record<string, unknown> = {}
  const put = <A>({ key, codec }: Setting<A>, value: A): void => {
    if (key.startsWith('policy.')) policy[key.slice('policy.'.length)] = codec.encode(value)
    else file[key] = codec.encode(value)
  }
  put(s.address, config.address)
  put(s.namespaces, config.namespaces)
  put(s.allowForeignNamespaces, config.allowForeignNamespaces)
  put(s.selectors, config.selectors)
  put(s.stateDir, config.stateDir)
  put(s.deleteGraceMs, config.deleteGraceMs)
  put(s.dryRun, config.dryRun)
  put(s.salvage, config.salvage)
  put(s.criSocket, config.criSocket)
  put(s.nriSocket, config.nriSocket)
  put(s.nriPluginDir, config.nriPluginDir)
  put(s.nriTimeoutMs, config.nriTimeoutMs)
  put(s.log, config.log)
  put(p.handlingTimeoutMs, config.policy.handlingTimeoutMs)
  put(p.onHandlingTimeout, config.policy.onHandlingTimeout)
  put(p.deleteHardLimitMs, config.policy.deleteHardLimitMs)
  put(p.sandboxExit, config.policy.sandboxExit)
  put(p.backoffFirstMs, config.policy.backoffFirstMs)
  put(p.backoffCapMs, config.policy.backoffCapMs)
  put(p.backoffJitter, config.policy.backoffJitter)
  put(p.maxHandlings, config.policy.maxHandlings)
  put(p.loadTimeoutMs, config.policy.loadTimeoutMs)
  put(p.oomReadTimeoutMs, config.policy.oomReadTimeoutMs)
  put(p.drainTimeoutMs, config.policy.drainTimeoutMs)
  put(p.relistPeriodMs, config.policy.relistPeriodMs)
  put(p.inferredGraceMs, config.policy.inferredGraceMs)
  return { ...file, policy }
}
