/**
 * The runtime's side of NRI: plugins connect or are started, are told what there is, and hear of every event they asked for, one plugin
 * after the other in the order of their indices. A plugin that hangs, dies or misbehaves is given up; nobody else waits for it longer
 * than one request may take.
 *
 * @module
 */
import type { Duplex } from 'node:stream'
import * as E from 'fp-ts/lib/Either.js'
import type * as T from 'fp-ts/lib/Task.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { type Clock, systemClock } from '../clock.ts'
import { type Log, silentLog } from '../log.ts'
import type { NriEvent, NriEventName } from './events.ts'
import { configOf, findPlugins, type Found, launch, type Launched } from './launch.ts'
import { listen, type Listening, type NriUnusable, nriUnusable } from './listen.ts'
import { makePlugin, type Plugin, pluginLabel, type PluginName } from './plugin.ts'
import { awaitRegistration } from './register.ts'
import { inOrder } from './turns.ts'
import { makeUpdates } from './updates.ts'
import type { Container, ContainerUpdate, FailedUpdate, NriWorld, PodSandbox } from './world.ts'
import { stoppable } from '../task/cancellable.ts'

export interface NriHostOptions {
  /** Where plugins connect. None: they cannot. */
  readonly socketPath?: string
  /** Folder of plugins that are started by us. None: none are. */
  readonly pluginDir?: string
  /** Folder of the plugins' configuration files, as `10-name.conf` or `name.conf`. */
  readonly pluginConfigDir?: string
  /** How long a plugin may take for one request, ms. NRI's own default is 2 s. */
  readonly requestTimeoutMs?: number
  /** How long a plugin may take to say who it is, ms. NRI's own default is 5 s. */
  readonly registrationTimeoutMs?: number
  /** What plugins are told that they run under. */
  readonly runtimeName?: string
  readonly runtimeVersion?: string
  readonly log?: Log
  readonly clock?: Clock
}

/**
 * What became of an event: it was `Delivered` to all that wanted it, with the updates that could not be applied; nobody wanted it; or
 * it takes longer than one request may, and goes on beside (`Late`).
 */
export type Told =
  | { readonly _tag: 'Delivered'; readonly plugins: number; readonly failed: ReadonlyArray<FailedUpdate> }
  | { readonly _tag: 'NoneListening' }
  | { readonly _tag: 'Late'; readonly ms: number }

export interface NriHost {
  /** How long a plugin, and with it whoever tells of something, may take. */
  readonly requestTimeoutMs: number
  /** From now on plugins are synchronised with this world; until then those that register wait. To be called once. */
  readonly provide: (world: NriWorld) => void
  /**
   * Tells the plugins. Events of one pod, its containers' included, are told in the order of the calls; events of different pods owe
   * each other nothing. Ends after one request's time at the latest.
   */
  readonly notify: (event: NriEvent) => T.Task<Told>
  readonly stopContainer: (pod: PodSandbox, container: Container) => T.Task<Told>
  readonly removeContainer: (pod: PodSandbox, container: Container) => T.Task<Told>
  readonly stopPodSandbox: (pod: PodSandbox) => T.Task<Told>
  readonly removePodSandbox: (pod: PodSandbox) => T.Task<Told>
  /** Whether any plugin may want to be told; if not, nothing has to be read for it. */
  readonly mayWant: (event: NriEventName) => boolean
  /** The plugins that are registered now, in the order in which they are told. */
  readonly plugins: () => ReadonlyArray<PluginName>
  /** Ends all connections and the plugins that we started, and removes the socket. */
  readonly close: T.Task<void>
}

/** Connections at once. */
const mostPeers = 256

/**
 * Starts a host: first the plugins of the folder, side by side, then the socket. A plugin that cannot be started is left out with a
 * line of log; a socket that cannot be used is an error.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { mkdtempSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { startNriHost } from 'containerd-reaper/nri'
 *
 * const started = await startNriHost({ socketPath: join(mkdtempSync(join(tmpdir(), 'nri-')), 'nri.sock') })()
 * assert.ok(started._tag === 'Right')
 * const host = started.right
 * host.provide({ synchronize: () => Promise.resolve({ pods: [], containers: [] }), update: () => () => Promise.resolve([]) })
 * assert.deepEqual(host.plugins(), [])
 * await host.close()
 * ```
 */
export const startNriHost = (options: NriHostOptions): TE.TaskEither<NriUnusable, NriHost> => async () => {
  const { socketPath, pluginDir, pluginConfigDir, log = silentLog, clock = systemClock } = options
  const { requestTimeoutMs = 2_000, registrationTimeoutMs = 5_000, runtimeName = 'containerd-reaper', runtimeVersion = '' } = options
  let plugins: ReadonlyArray<Plugin> = []
  let giveWorld: (world: NriWorld) => void = () => undefined
  const world = new Promise<NriWorld>((resolve) => giveWorld = resolve)
  const updates = makeUpdates(world, log)
  const turns = inOrder()
  const connected = new Set<{ readonly close: (reason: string) => void }>()
  let closing = false
  let crowded = false

  const welcome = async (plugin: Plugin): Promise<void> => {
    const label = pluginLabel(plugin)
    plugins = [...plugins, plugin].sort((a, b) => (a.index < b.index ? -1 : a.index > b.index ? 1 : 0))
    void plugin.peer.ended.then(() => plugins = plugins.filter((other) => other !== plugin))
    const configured = plugin.configure()
    // In line at once: what happens from now on is told after what there was.
    void plugin.synchronize(async () => await (await world).synchronize()).then((asked) => updates.apply(label, asked))
    if (await configured) log.info('NRI plugin registered', { plugin: label })
  }

  /** A connection from its first byte to its end. Resolves when it is a plugin that is configured, or never will be. */
  const take = async (socket: Duplex, known?: PluginName): Promise<void> => {
    let label = known === undefined ? 'unknown' : pluginLabel(known)
    const update = async (asked: ReadonlyArray<ContainerUpdate>): Promise<ReadonlyArray<ContainerUpdate>> =>
      (await updates.apply(label, asked)).map((failed) => failed.update)
    const { peer, name } = awaitRegistration(socket, { clock, registrationTimeoutMs, ...(known === undefined ? {} : { known }), update })
    connected.add(peer)
    void peer.ended.then(({ how, reason }) => {
      connected.delete(peer)
      if (closing) return
      if (how === 'lost') log.info('NRI plugin left', { plugin: label, reason })
      else log.warn('NRI plugin cut off', { plugin: label, error: reason })
    })
    const named = await name
    if (named === undefined) return
    label = pluginLabel(named)
    const config = known === undefined ? '' : configOf(named, pluginConfigDir)
    await welcome(
      makePlugin({ ...named, peer, config, runtimeName, runtimeVersion, registrationTimeoutMs, requestTimeoutMs, log, clock }),
    )
  }

  const launched: Array<Launched> = []
  const begin = async (found: Found): Promise<void> => {
    const child = await launch(found)
    if (E.isLeft(child)) return log.warn('cannot start an NRI plugin, going on without it', { path: found.path, error: child.left })
    launched.push(child.right)
    child.right.socket.once('close', child.right.kill) // given up or gone: either way it has nothing to do any more
    await take(child.right.socket, found)
  }
  const folder = pluginDir === undefined ? E.right({ plugins: [], odd: [] }) : findPlugins(pluginDir)
  if (E.isLeft(folder)) return E.left(nriUnusable(`Cannot read the NRI plugins in ${pluginDir ?? ''}: ${folder.left}`))
  for (const file of folder.right.odd) {
    log.warn('not started: an NRI plugin is named by two digits, a dash and a name', { file, folder: pluginDir })
  }
  await Promise.all(folder.right.plugins.map(begin))

  const listening: E.Either<NriUnusable, Listening | undefined> = socketPath === undefined
    ? E.right(undefined)
    : await listen(socketPath, (socket) => {
      if (connected.size < mostPeers) return void take(socket)
      socket.destroy()
      if (!crowded) log.warn('too many NRI plugins are connected, taking no more', { most: mostPeers })
      crowded = true
    })()

  const close = async (): Promise<void> => {
    closing = true
    if (E.isRight(listening)) listening.right?.close()
    for (const peer of connected) peer.close('the runtime is stopping')
    for (const { kill } of launched) kill()
    await Promise.all(launched.map(({ exited }) => exited))
  }
  if (E.isLeft(listening)) {
    await close()
    return listening
  }

  const tellAll = async (event: NriEvent): Promise<Told> => {
    const failed: Array<Promise<ReadonlyArray<FailedUpdate>>> = []
    const meant = plugins.filter((plugin) => plugin.mayWant(event.name))
    for (const plugin of meant) failed.push(updates.apply(pluginLabel(plugin), await plugin.tell(event)))
    return { _tag: 'Delivered', plugins: meant.length, failed: (await Promise.all(failed)).flat() }
  }
  const mayWant = (name: NriEventName): boolean => plugins.some((plugin) => plugin.mayWant(name))
  const notify = (event: NriEvent): T.Task<Told> => async () => {
    if (!mayWant(event.name)) return { _tag: 'NoneListening' }
    const timer = stoppable()
    const late = clock.sleep(requestTimeoutMs, timer.signal).then((): Told => ({ _tag: 'Late', ms: requestTimeoutMs }))
    const told = await Promise.race([turns(event.pod.id, () => tellAll(event)), late])
    timer.abort()
    return told
  }
  return E.right({
    requestTimeoutMs,
    provide: giveWorld,
    notify,
    stopContainer: (pod, container) => notify({ name: 'StopContainer', pod, container }),
    removeContainer: (pod, container) => notify({ name: 'RemoveContainer', pod, container }),
    stopPodSandbox: (pod) => notify({ name: 'StopPodSandbox', pod }),
    removePodSandbox: (pod) => notify({ name: 'RemovePodSandbox', pod }),
    mayWant,
    plugins: () => plugins.map(({ index, name }) => ({ index, name })),
    close,
  })
}
