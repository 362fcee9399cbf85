/**
 * Where the shims of a containerd are, found without asking it: they run on this host, each started in the bundle folder of its first
 * container, with containerd's socket among its arguments; and each bundle says on which socket its shim listens. Only looks.
 *
 * @module
 */
import { readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A container's bundle, and where and how its shim is asked. Containers of a group share one shim. */
export interface Bundle {
  readonly namespace: string
  readonly id: string
  /** The path of the shim's socket. */
  readonly socket: string
  /** The ttrpc service by which it is asked for its tasks. */
  readonly service: string
}

/** The folder that holds the bundles of the containerd on `socket`, in a folder for each namespace; undefined while it has no shim. */
export const bundlesFolder = async (socket: string, proc = '/proc'): Promise<string | undefined> => {
  const address = await resolved(socket)
  const shims = await Promise.all((await namesIn(proc)).filter((name) => /^\d+$/.test(name)).map((pid) => shimIn(join(proc, pid))))
  for (const shim of shims) if (shim !== undefined && await resolved(shim.address) === address) return dirname(dirname(shim.bundle))
  return undefined
}

/** The containers of a namespace that have a bundle. One that is being removed has a dot before its id. */
export const idsIn = async (folder: string, namespace: string): Promise<ReadonlyArray<string>> =>
  (await namesIn(join(folder, namespace))).filter((name) => !name.startsWith('.'))

const shimIn = async (folder: string): Promise<{ readonly address: string; readonly bundle: string } | undefined> => {
  const argv = (await textOf(join(folder, 'cmdline'))).split('\0')
  if (!basename(argv[0] ?? '').startsWith('containerd-shim')) return undefined
  const after = (flag: string): string => argv[argv.findIndex((word) => word.replace(/^--/, '-') === flag) + 1] ?? ''
  try {
    return { address: after('-address'), bundle: await readlink(join(folder, 'cwd')) }
  } catch {
    return undefined // it has just ended
  }
}

/**
 * What a bundle says of its shim: containerd 2 writes `bootstrap.json`, older ones `address`. undefined for a shim that speaks gRPC, and
 * for what cannot be read.
 */
export const bundleIn = async (folder: string, namespace: string, id: string): Promise<Bundle | undefined> => {
  const bundle = join(folder, namespace, id)
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
const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
const resolved = (path: string): Promise<string> => realpath(path).catch(() => path)
