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

/** The bundles of these namespaces whose shims belong to the containerd on `socket`. What cannot be read is left out. */
export const bundlesOf = async (socket: string, namespaces: ReadonlyArray<string>, proc = '/proc'): Promise<ReadonlyArray<Bundle>> => {
  const address = await resolved(socket)
  const shims = await Promise.all((await namesIn(proc)).filter((name) => /^\d+$/.test(name)).map((pid) => shimIn(join(proc, pid))))
  const folders = new Map<string, string>() // of a namespace's bundles, and the namespace
  for (const shim of shims) {
    if (shim === undefined || !namespaces.includes(shim.namespace) || await resolved(shim.address) !== address) continue
    folders.set(dirname(shim.bundle), shim.namespace)
  }
  const found = await Promise.all([...folders].map(async ([folder, namespace]) => {
    const ids = (await namesIn(folder)).filter((name) => !name.startsWith('.')) // one that is being removed has a dot before its id
    return await Promise.all(ids.map((id) => bundleIn(join(folder, id), namespace)))
  }))
  return found.flat().filter((bundle) => bundle !== undefined)
}

const shimIn = async (
  folder: string,
): Promise<{ readonly namespace: string; readonly address: string; readonly bundle: string } | undefined> => {
  const argv = (await textOf(join(folder, 'cmdline'))).split('\0')
  if (!basename(argv[0] ?? '').startsWith('containerd-shim')) return undefined
  const after = (flag: string): string => argv[argv.findIndex((word) => word.replace(/^--/, '-') === flag) + 1] ?? ''
  try {
    return { namespace: after('-namespace'), address: after('-address'), bundle: await readlink(join(folder, 'cwd')) }
  } catch {
    return undefined // it has just ended
  }
}

/** containerd 2 writes `bootstrap.json`, older ones `address`; a shim that speaks gRPC is left out. */
const bundleIn = async (folder: string, namespace: string): Promise<Bundle | undefined> => {
  const { address, version } = bootstrapOf(await textOf(join(folder, 'bootstrap.json'))) ??
    { address: (await textOf(join(folder, 'address'))).trim(), version: 2 }
  const socket = /^unix:\/\/(\/.+)$/.exec(address)?.[1]
  if (socket === undefined) return undefined
  return { namespace, id: basename(folder), socket, service: `containerd.task.v${version >= 3 ? 3 : 2}.Task` }
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
