/**
 * The NRI host of `run`: plugins that connect to its socket, and those of a folder, which it starts. Or none.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Config } from '../../core/index.ts'
import type { Log } from '../log.ts'
import { startNriHost } from '../nri/host.ts'
import type { NriUnusable } from '../nri/listen.ts'
import type { ReaperOptions } from '../reaper.ts'

type Given = Pick<ReaperOptions, 'nri' | 'policy'>

export interface RunNri {
  /** What the reaper is given, with plugins to tell. */
  readonly options: <Options extends Given>(options: Options) => Options
  readonly close: () => Promise<void>
}

/** Costs nothing when it is not asked for. */
const none: RunNri = { options: (options) => options, close: () => Promise.resolve() }

/** Where NRI has the configuration of plugins, whoever starts them. */
const pluginConfigDir = '/etc/nri/conf.d'

/** In a dry run nobody is told anything, so there is no host either. */
export const hostNri = async (
  { nriSocket, nriPluginDir, nriTimeoutMs, dryRun }: Config,
  version: string,
  log: Log,
): Promise<E.Either<NriUnusable, RunNri>> => {
  if (dryRun || (nriSocket === '' && nriPluginDir === '')) return E.right(none)
  const started = await startNriHost({
    ...(nriSocket === '' ? {} : { socketPath: nriSocket }),
    ...(nriPluginDir === '' ? {} : { pluginDir: nriPluginDir, pluginConfigDir }),
    requestTimeoutMs: nriTimeoutMs,
    runtimeVersion: version,
    log,
  })()
  if (E.isLeft(started)) return started
  const nri = started.right
  log.info('telling NRI plugins', { socket: nriSocket, pluginDir: nriPluginDir, plugins: nri.plugins().length })
  return E.right({
    options: (options) => ({ ...options, nri, policy: { ...options.policy, nri: true } }),
    close: () => nri.close(),
  })
}
