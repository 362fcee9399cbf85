/**
 * A containerd of our own for a test: private sockets, folders, cgroup and runc state, and no CRI plugin unless asked for.
 * It never touches the machine's containerd, and leaves nothing behind, even when the test process dies.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { waitFor } from '../wait_for.ts'
import { findProgram, searchPath } from './available.ts'
import { callCtr } from './call_ctr.ts'
import { isAlive, signal } from './processes.ts'
import { makeRootfs } from './rootfs.ts'
import { base, layout, ownerMark, prefixFor, sweep, sweepStale } from './sweep.ts'

/** How a daemon is to be started. */
export interface ContainerdOptions {
  /** Its folder, which must not exist yet or be empty; a new one in the temporary folder unless told. */
  readonly dir?: string
  /** A folder with another version's programs, searched before PATH. */
  readonly binDir?: string
  /** TOML tables added at the end of the configuration file. */
  readonly configExtra?: string
  /** Loads the CRI plugin too, which makes the start slower. */
  readonly cri?: boolean
}

/** A running daemon. Paths stay the same over `restart`; `pid` does not. */
export interface Containerd {
  /** As the program says it: 1.6.20~ds1. */
  readonly version: string
  readonly dir: string
  readonly address: string
  readonly ttrpcAddress: string
  readonly stateDir: string
  readonly binDir: string | undefined
  /** A folder of busybox links that all containers may share as their root. */
  readonly rootfs: string
  /** The cgroup under which containers are put. */
  readonly cgroup: string
  /** Below it runc keeps its state. */
  readonly runcRoot: string
  readonly fifoDir: string
  readonly pid: number
  /** Ends the daemon with SIGKILL and waits until it is gone. Its shims and containers live on. */
  readonly kill9: () => Promise<void>
  /** Ends the daemon (SIGTERM) if it runs, starts it again on the same folder, and waits until it answers. */
  readonly restart: () => Promise<void>
  /** Ends the daemon, its shims and its containers, and removes its folder. May be called twice. */
  readonly stop: () => Promise<void>
  /** The last lines of its log. */
  readonly log: (lines?: number) => string
}

const criPlugins = ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images', 'io.containerd.cri.v1.runtime']
// They look for devices and file systems at every start, or use fixed paths that two daemons would share.
const neverWanted = [
  'io.containerd.internal.v1.opt',
  'io.containerd.nri.v1.nri',
  'io.containerd.snapshotter.v1.aufs',
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.blockfile',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.zfs',
]

const versionOf = (program: string): string =>
  spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.split(' ')[2]?.replace(/^v/, '') ?? ''

const configText = (dir: string, version: string, { cri = false, configExtra = '' }: ContainerdOptions): string => {
  const { root, state, address, ttrpc } = layout(dir)
  return `version = ${version.startsWith('1.') ? 2 : 3}
root = "${root}"
state = "${state}"
disabled_plugins = ${JSON.stringify(cri ? neverWanted : [...criPlugins, ...neverWanted])}
[grpc]
  address = "${address}"
[ttrpc]
  address = "${ttrpc}"
${configExtra}
`
}

const live = new Set<string>()
let watching = false

const cleanUp = (): void => {
  for (const dir of live) sweep(dir)
  live.clear()
}

// A test runner ends a test that takes too long by a signal, and then no exit handler would run.
const cleanUpOnDeath = (): void => {
  if (watching) return
  watching = true
  process.once('exit', cleanUp)
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(name, () => {
      cleanUp()
      process.kill(process.pid, name)
    })
  }
}

const newFolder = (dir: string | undefined): string => {
  if (dir !== undefined) {
    mkdirSync(dir, { recursive: true })
    return dir
  }
  sweepStale()
  return mkdtempSync(join(base, prefixFor(process.pid)))
}

const tail = (
  path: string,
  lines: number,
): string => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : '')

/**
 * Starts a containerd and waits until it answers. Rejects with the tail of its log when it ends or does not answer in 30 s;
 * nothing is left of it then.
 */
export const startContainerd = async (options: ContainerdOptions = {}): Promise<Containerd> => {
  const program = findProgram('containerd', options.binDir)
  if (program === undefined) {
    throw new Error('Cannot start containerd: wanted the program in PATH, found none; run sh test/support/install.sh')
  }
  const dir = newFolder(options.dir)
  const { config, address, ttrpc, state, runc, fifo, log, owner } = layout(dir)
  if (address.length > 100) {
    throw new Error(`Cannot start containerd: wanted a socket path of at most 100 bytes, found ${address}; give a shorter dir`)
  }
  writeFileSync(owner, ownerMark(process.pid))
  cleanUpOnDeath()
  live.add(dir)
  const version = versionOf(program)
  writeFileSync(config, configText(dir, version, options))
  const rootfs = makeRootfs(join(dir, 'rootfs'))

  const spawnDaemon = (): ChildProcess => {
    const out = openSync(log, 'a')
    const child = spawn(program, ['--config', config], {
      detached: true,
      stdio: ['ignore', out, out],
      env: { ...process.env, PATH: searchPath(options.binDir) },
    })
    closeSync(out)
    child.unref()
    return child
  }
  const ended = (child: ChildProcess): boolean =>
    child.exitCode !== null || child.signalCode !== null || child.pid === undefined || !isAlive(child.pid)
  const answers = async (child: ChildProcess): Promise<boolean> =>
    ended(child) ||
    (existsSync(address) && (await callCtr({ address, binDir: options.binDir }, ['version'], { killAfterMs: 5_000 })).code === 0)
  const started = async (): Promise<ChildProcess> => {
    const child = spawnDaemon()
    await waitFor(() => answers(child), { what: `containerd to answer on ${address}`, timeoutMs: 30_000 })
    if (ended(child)) throw new Error('Cannot start containerd: it ended at once')
    return child
  }
  const end = async (child: ChildProcess, name: NodeJS.Signals): Promise<void> => {
    if (child.pid === undefined || ended(child)) return
    signal(child.pid, name)
    await waitFor(() => ended(child), { what: `containerd to end after ${name}` })
  }
  const giveUp = (error: unknown): never => {
    const lines = tail(log, 20)
    sweep(dir)
    live.delete(dir)
    throw new Error(`${error instanceof Error ? error.message : String(error)}; its log ends with\n${lines}`)
  }

  let child = await started().catch(giveUp)
  return {
    version,
    dir,
    address,
    ttrpcAddress: ttrpc,
    stateDir: state,
    binDir: options.binDir,
    rootfs,
    cgroup: `/${basename(dir)}`,
    runcRoot: runc,
    fifoDir: fifo,
    get pid() {
      return child.pid ?? 0
    },
    kill9: () => end(child, 'SIGKILL'),
    restart: async () => {
      await end(child, 'SIGTERM')
      child = await started()
    },
    stop: async () => {
      // One that hangs is ended by the sweep.
      await end(child, 'SIGTERM').catch(() => undefined)
      sweep(dir)
      live.delete(dir)
    },
    log: (lines = 50) => tail(log, lines),
  }
}
