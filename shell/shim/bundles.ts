/**
 * Where the shims of a containerd are, found without asking it: they run on this host, each started in the bundle folder of its first
 * container, with containerd's socket among its arguments; and each bundle says on which socket its shim listens. Only looks.
 *
 * Anybody may start a process that calls itself a shim, and make up exits for it to tell. So only those count that root or our own user
 * runs, out of a shim's program, outside of containers; and only bundles that nobody else can have made.
 *
 * @module
 */
import type { Stats } from 'node:fs'
import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'

/** A container's bundle, and where and how its shim is asked. Containers of a group share one shim. */
export interface Bundle {
  readonly namespace: string
  readonly id: string
  /** The path of the shim's socket. */
  readonly socket: string
  /** The ttrpc service by which it is asked for its tasks. */
  readonly service: string
}

/** Whose word about an exit is taken. */
export const trustedUsers: ReadonlySet<number> = new Set([0, process.geteuid?.() ?? 0])

/** Where to look, and whom to trust there. */
export interface Host {
  readonly proc?: string
  readonly trusted?: ReadonlySet<number>
}

/** The folder that holds the bundles of the containerd on `socket`, in a folder for each namespace; undefined while it has no shim. */
export const bundlesFolder = async (
  socket: string,
  { proc = '/proc', trusted = trustedUsers }: Host = {},
): Promise<string | undefined> => {
  const address = await resolved(socket)
  const ours = await linkOf(join(proc, 'self/ns/pid'))
  const pids = (await namesIn(proc)).filter((name) => /^\d+$/.test(name))
  const shims = await Promise.all(pids.map((pid) => shimIn(join(proc, pid), ours, trusted)))
  for (const shim of shims) if (shim !== undefined && await resolved(shim.address) === address) return dirname(dirname(shim.bundle))
  return undefined
}

/** The containers of a namespace that have a bundle. One that is being removed has a dot before its id. */
export const idsIn = async (folder: string, namespace: string): Promise<ReadonlyArray<string>> =>
  (await namesIn(join(folder, namespace))).filter((name) => !name.startsWith('.'))

const shimIn = async (
  folder: string,
  ours: string | undefined,
  trusted: ReadonlySet<number>,
): Promise<{ readonly address: string; readonly bundle: string } | undefined> => {
  const argv = (await textOf(join(folder, 'cmdline'))).split('\0')
  if (!isShim(argv[0])) return undefined
  const after = (flag: string): string => argv[argv.findIndex((word) => word.replace(/^--/, '-') === flag) + 1] ?? ''
  const [program, pids, bundle] = await Promise.all(['exe', 'ns/pid', 'cwd'].map((name) => linkOf(join(folder, name))))
  // The owner of the folder is the user that the process runs as; a program that is setuid has another name than a shim's.
  if (!isShim(program) || pids !== ours || bundle === undefined || !await isOwned(folder, trusted)) return undefined
  // In a mount namespace of its own a process may be in a folder that only has the same path as ours.
  return await isSame(join(folder, 'cwd'), bundle) && await isKept(bundle, trusted) ? { address: after('-address'), bundle } : undefined
}

const isShim = (program = ''): boolean => basename(program).startsWith('containerd-shim')

const isSame = async (a: string, b: string): Promise<boolean> => {
  const [one, other] = await Promise.all([infoOf(a), infoOf(b)])
  return one !== undefined && one.dev === other?.dev && one.ino === other.ino
}

const isOwned = async (path: string, trusted: ReadonlySet<number>): Promise<boolean> => {
  const info = await infoOf(path)
  return info !== undefined && trusted.has(info.uid)
}

/** A folder in which only those whom we trust can have put anything. containerd gives a bundle to the group of its container, to read. */
const isKept = async (folder: string, trusted: ReadonlySet<number>): Promise<boolean> => {
  const info = await infoOf(folder)
  return info !== undefined && trusted.has(info.uid) && (info.mode & 0o022) === 0
}

/**
 * What a bundle says of its shim: containerd 2 writes `bootstrap.json`, older ones `address`. undefined for a shim that speaks gRPC, and
 * for what cannot be read or may be somebody else's.
 */
export const bundleIn = async (
  folder: string,
  namespace: string,
  id: string,
  trusted: ReadonlySet<number> = trustedUsers,
): Promise<Bundle | undefined> => {
  const bundle = join(folder, namespace, id)
  for (const place of [folder, dirname(bundle), bundle]) if (!await isKept(place, trusted)) return undefined
  const { address, version } = bootstrapOf(await textOf(join(bundle, 'bootstrap.json'))) ??
    { address: (await textOf(join(bundle, 'address'))).trim(), version: 2 }
  const socket = /^unix:\/\/(\/.+)$/.exec(address)?.[1]
  if (socket === undefined) return undefined
  return { namespace, id, socket, service: `containerd.task.v${version >= 3 ? 3 : 2}.Task` }
}

const bootstrapOf = (text: string): { readonly address: string; readonly version: number } | undefined => {
  try {
    const found: unknown = JSON.parse(text)
    if (typeof found !== 'object' || found === null || !('address' in found) || !('version' in found)) return undefined
    const { address, version } = found
    const isTtrpc = !('protocol' in found) || found.protocol === 'ttrpc'
    return typeof address === 'string' && typeof version === 'number' ? { address: isTtrpc ? address : '', version } : undefined
  } catch {
    return undefined // none, or not yet whole
  }
}

const namesIn = (folder: string): Promise<ReadonlyArray<string>> => readdir(folder).catch(() => [])
const linkOf = (path: string): Promise<string | undefined> => readlink(path).catch(() => undefined)
const infoOf = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined)
const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
const resolved = (path: string): Promise<string> => realpath(path).catch(() => path)
