/**
 * Removes all that a private containerd left: its processes, its containers' processes, mounts, cgroups, shim sockets and
 * folder. Synchronous, because the exit handler of a dying test process uses it too. It touches only what names the folder.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, type Dirent, existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { processes, signal, sleepSync, startTimeOf } from './processes.ts'

/** Names inside a daemon's folder. */
export const layout = (
  dir: string,
): Readonly<Record<'config' | 'address' | 'ttrpc' | 'root' | 'state' | 'runc' | 'fifo' | 'log' | 'owner' | 'started', string>> => ({
  config: join(dir, 'config.toml'),
  address: join(dir, 'c.sock'),
  ttrpc: join(dir, 't.sock'),
  root: join(dir, 'root'),
  state: join(dir, 'state'),
  runc: join(dir, 'runc'),
  fifo: join(dir, 'fifo'),
  log: join(dir, 'log'),
  owner: join(dir, 'owner'),
  started: join(dir, 'started'),
})

/** The bundles of tasks, as folders `<namespace>/<id>` below the state folder. */
export const taskFolder = (dir: string): string => join(layout(dir).state, 'io.containerd.runtime.v2.task')

const isOurs = (dir: string) => (argv: ReadonlyArray<string>): boolean => {
  const { config, address } = layout(dir)
  const program = basename(argv[0] ?? '')
  if (program === 'containerd') return argv.includes(config)
  return (program === 'ctr' || program.startsWith('containerd-shim')) && argv.includes(address)
}

const folders = (path: string): ReadonlyArray<string> => {
  try {
    return readdirSync(path, { withFileTypes: true }).filter((entry: Dirent) => entry.isDirectory()).map(({ name }) => join(path, name))
  } catch {
    return []
  }
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Deepest first, so that each can be removed before its parent. */
const withChildren = (path: string): ReadonlyArray<string> => [...folders(path).flatMap(withChildren), path]

/** The cgroups of a daemon's containers: under the root itself (version 2), or under each controller (version 1). */
const cgroups = (dir: string): ReadonlyArray<string> =>
  ['/sys/fs/cgroup', ...folders('/sys/fs/cgroup')]
    .map((root) => join(root, basename(dir)))
    .filter((path) => existsSync(path))
    .flatMap(withChildren)

const inCgroups = (
  dir: string,
): ReadonlyArray<number> => [
  ...new Set(cgroups(dir).flatMap((path) => read(join(path, 'cgroup.procs')).split('\n').filter((line) => line !== '').map(Number))),
]

// Bounded, because a process in an uninterruptible call does not go; the caller's folder then stays for the next sweep.
const killAll = (pids: () => ReadonlyArray<number>): void => {
  for (let round = 0; round < 500; round += 1) {
    const left = pids()
    if (left.length === 0) return
    for (const pid of left) signal(pid, 'SIGKILL')
    sleepSync(5)
  }
}

const mountsUnder = (dir: string): ReadonlyArray<string> =>
  read('/proc/self/mountinfo')
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))))
    .filter((path) => path.startsWith(`${dir}/`))
    .reverse()

// containerd forgets the socket file of a shim that was killed; its name is a hash of who the shim was for.
const shimSocket = (dir: string, shim: string): string =>
  `/run/containerd/s/${createHash('sha256').update(join(layout(dir).address, shim)).digest('hex')}`

/** Notes that a shim is started for `<namespace>/<id or group>`, so that its socket is removed with the rest. */
export const noteShim = (dir: string, shim: string): void => appendFileSync(layout(dir).started, `${shim}\n`)

const shimSockets = (dir: string): ReadonlyArray<string> =>
  read(layout(dir).started).split('\n').filter((line) => line !== '').map((shim) => shimSocket(dir, shim))

const attempt = (action: () => void): void => {
  try {
    action()
  } catch {
    // What cannot be removed now is removed by the next run's sweep of stale folders.
  }
}

/** Ends every process of the daemon in `dir` and removes what it left. Does nothing where nothing is left. */
export const sweep = (dir: string): void => {
  killAll(() => processes().filter(({ argv }) => isOurs(dir)(argv)).map(({ pid }) => pid))
  killAll(() => inCgroups(dir))
  for (const socket of shimSockets(dir)) attempt(() => rmSync(socket, { force: true }))
  for (const path of mountsUnder(dir)) spawnSync('umount', ['-l', path], { stdio: 'ignore' })
  for (const path of cgroups(dir)) attempt(() => rmdirSync(path))
  // Never through a mount that would not go: what lies behind it may be the host's.
  if (mountsUnder(dir).length === 0) attempt(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }))
}

/** Where daemons' folders are made. A unix socket's path may have 107 bytes, so a deep TMPDIR is not used. */
export const base: string = tmpdir().length <= 40 ? tmpdir() : '/tmp'

/** The start of a daemon's folder name: it carries the pid of the process that owns it. */
export const prefixFor = (pid: number): string => `crt-${pid}-`

/** What is written into a daemon's folder, so that a pid that is used again is not taken for the owner. */
export const ownerMark = (pid: number): string => startTimeOf(pid)

const isOwned = (dir: string, pid: number): boolean => {
  const started = startTimeOf(pid)
  const mark = read(layout(dir).owner)
  return started !== '' && (mark === '' || mark === started)
}

/** Sweeps the folders of test processes that died without cleaning up. */
export const sweepStale = (): void => {
  for (const name of readdirSync(base)) {
    const owner = /^crt-(\d+)-/.exec(name)?.[1]
    if (owner !== undefined && !isOwned(join(base, name), Number(owner))) sweep(join(base, name))
  }
}
