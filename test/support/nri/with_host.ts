/** A host on a socket of its own, in a world that a test arranges, with a clock that stands still. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { type NriHost, type NriHostOptions, startNriHost } from '../../../shell/nri/host.ts'
import type { Container, ContainerUpdate, FailedUpdate, NriSnapshot, NriWorld, PodSandbox } from '../../../shell/nri/world.ts'
import { Container as ContainerType, ContainerState, PodSandbox as PodType } from '../../../shell/proto/gen/nri/api.ts'
import { type RecordingLog, recordingLog } from '../recording_log.ts'
import { type VirtualClock, virtualClock } from '../virtual_clock.ts'
import { waitFor } from '../wait_for.ts'
import { connectPlugin, type RawOptions, type RawPlugin } from './raw_plugin.ts'

export interface HostWorld {
  readonly host: NriHost
  readonly folder: string
  readonly socketPath: string
  readonly log: RecordingLog
  readonly clock: VirtualClock
  /** What plugins asked to be changed. */
  readonly updates: ReadonlyArray<ContainerUpdate>
  /** A plugin that is connected, but has said nothing yet. */
  readonly connect: (options?: RawOptions) => Promise<RawPlugin>
  /** A plugin that is registered and synchronised, and that the host lists. */
  readonly join: (options?: RawOptions) => Promise<RawPlugin>
  readonly says: (msg: string) => ReadonlyArray<string>
}

export const pod = (id: string): PodSandbox => PodType.fromPartial({ id, name: `pod-${id}`, namespace: 'ci' })
export const stopped = (id: string, podId: string): Container =>
  ContainerType.fromPartial({ id, podSandboxId: podId, name: id, state: ContainerState.CONTAINER_STOPPED, exitCode: 3 })

export interface HostGiven extends NriHostOptions {
  readonly snapshot?: () => Promise<NriSnapshot>
  readonly refuse?: (update: ContainerUpdate) => string | undefined
  /** Provide the world at once; default true. */
  readonly provided?: boolean
}

export const worldOf = (
  snapshot: () => Promise<NriSnapshot>,
  updates: Array<ContainerUpdate>,
  refuse: (update: ContainerUpdate) => string | undefined,
): NriWorld => ({
  synchronize: snapshot,
  update: (asked) => () => {
    updates.push(...asked)
    return Promise.resolve(asked.flatMap((update): ReadonlyArray<FailedUpdate> => {
      const reason = refuse(update)
      return reason === undefined ? [] : [{ update, reason }]
    }))
  },
})

export const withHost = async (given: HostGiven, use: (world: HostWorld) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'nri-'))
  const socketPath = join(folder, 'nri.sock')
  const log = recordingLog()
  const clock = virtualClock()
  const updates: Array<ContainerUpdate> = []
  const { snapshot = () => Promise.resolve({ pods: [], containers: [] }), refuse = () => undefined, provided = true, ...options } = given
  const started = await startNriHost({ socketPath, log, clock, ...options })()
  if (E.isLeft(started)) throw new Error(started.left.message)
  const host = started.right
  if (provided) host.provide(worldOf(snapshot, updates, refuse))
  const plugins: Array<RawPlugin> = []
  const connect = async (plugin: RawOptions = {}): Promise<RawPlugin> => {
    const connected = await connectPlugin(socketPath, plugin)
    plugins.push(connected)
    return connected
  }
  try {
    await use({
      host,
      folder,
      socketPath,
      log,
      clock,
      updates,
      connect,
      join: async (plugin) => {
        const before = host.plugins().length
        const joined = await connect(plugin)
        await joined.join()
        await waitFor(() => host.plugins().length > before, { what: 'the plugin in the list' })
        return joined
      },
      says: (msg) =>
        log.lines.filter((line) => line.msg === msg).map(({ fields }) => String(fields['error'] ?? fields['reason'] ?? fields['plugin'])),
    })
  } finally {
    for (const plugin of plugins) plugin.close()
    await host.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
