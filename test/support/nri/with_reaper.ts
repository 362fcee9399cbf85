/** A reaper on an embedded containerd with an NRI host beside it, and plugins that a test connects. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { ReaperRecord } from '../../../core/index.ts'
import { connect } from '../../../shell/containerd/client.ts'
import { type EmbeddedContainerd, startEmbeddedContainerd } from '../../../shell/embedded/index.ts'
import { type NriHost, startNriHost } from '../../../shell/nri/host.ts'
import { type Reaper, type ReaperOptions, startReaper } from '../../../shell/reaper.ts'
import { memoryStore } from '../../../shell/store/memory.ts'
import type { Store } from '../../../shell/store/port.ts'
import { type RecordingLog, recordingLog } from '../recording_log.ts'
import { connectPlugin, type HostCall, type RawOptions, type RawPlugin } from './raw_plugin.ts'
import { waitFor } from '../wait_for.ts'
import { bytesOf, parse, textOf } from './bytes.ts'

/** One life of the reaper and its host; the embedded containerd and the store outlive it. */
export interface ReaperLife {
  readonly reaper: Reaper
  readonly host: NriHost
  readonly log: RecordingLog
  readonly plugin: (options?: RawOptions) => Promise<RawPlugin>
  readonly stop: () => Promise<void>
}

export interface ReaperWorld {
  readonly embedded: EmbeddedContainerd
  readonly store: Store<ReaperRecord>
  readonly start: (options?: Partial<ReaperOptions>) => Promise<ReaperLife>
}

export const withReaper = async (use: (world: ReaperWorld) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'nri-reaper-'))
  const embedded = await startEmbeddedContainerd()
  const store = memoryStore<ReaperRecord>()
  const lives: Array<() => Promise<void>> = []
  const start = async (options: Partial<ReaperOptions> = {}): Promise<ReaperLife> => {
    const log = recordingLog()
    const socketPath = join(folder, `nri-${lives.length}.sock`)
    const hosted = await startNriHost({ socketPath, log })()
    if (E.isLeft(hosted)) throw new Error(hosted.left.message)
    const host = hosted.right
    const containerd = connect({ address: embedded.address })
    const started = await startReaper({
      containerd,
      store: { ...store, close: () => () => Promise.resolve(E.right(undefined)) },
      namespaces: ['ci'],
      log,
      nri: host,
      ...options,
    })()
    if (E.isLeft(started)) throw new Error(started.left.message)
    const reaper = started.right
    const plugins: Array<RawPlugin> = []
    let stopped: Promise<void> | undefined
    const stop = (): Promise<void> =>
      stopped ??= (async () => {
        for (const plugin of plugins) plugin.close()
        await reaper.stop(2_000)()
        await host.close()
        containerd.close()
      })()
    lives.push(stop)
    return {
      reaper,
      host,
      log,
      plugin: async (given = {}) => {
        const before = host.plugins().length
        const plugin = await connectPlugin(socketPath, given)
        plugins.push(plugin)
        await plugin.join()
        await waitFor(() => host.plugins().length > before, { what: 'the plugin' })
        return plugin
      },
      stop,
    }
  }
  try {
    await use({ embedded, store, start })
  } finally {
    for (const stop of lives) await stop()
    await embedded.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** `Method id` of each event, where id is the container's or, for pods, the pod's. */
export const eventsOf = (plugin: RawPlugin): ReadonlyArray<string> =>
  plugin.calls.filter(({ method }) => method !== 'Configure' && method !== 'Synchronize').map(nameOf)

const nameOf = ({ method, payload }: HostCall): string => {
  const [pod, container] = [parse(bytesOf(payload, 1)), parse(bytesOf(payload, 2))]
  return `${method} ${textOf(container, 1) || textOf(pod, 1)}`
}
