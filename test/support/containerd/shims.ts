/**
 * The shim processes and bundles of one private daemon, read from /proc and its state folder. Other daemons' shims are never seen.
 */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { waitFor } from '../wait_for.ts'
import { processes, signal } from './processes.ts'
import { taskFolder } from './sweep.ts'

/** A shim process. In a shim shared by several containers, `id` is the first one's. */
export interface Shim {
  readonly pid: number
  readonly namespace: string
  readonly id: string
}

/** A bundle folder that stands under the state folder. */
export interface Bundle {
  readonly namespace: string
  readonly id: string
}

/** What these helpers need of a daemon. */
export interface OfDaemon {
  readonly address: string
  readonly dir: string
}

const after = (argv: ReadonlyArray<string>, flag: string): string => {
  const at = argv.indexOf(flag)
  return at < 0 ? '' : argv[at + 1] ?? ''
}

// `start` and `delete` are short calls of the same binary that containerd makes; they are no shims.
const isCall = (argv: ReadonlyArray<string>): boolean => ['start', 'delete'].includes(argv.at(-1) ?? '')

/** The daemon's live shims, of one namespace or of all, in order of pid. */
export const shimsOf = ({ address }: OfDaemon, namespace?: string): ReadonlyArray<Shim> =>
  processes()
    .filter(({ argv }) => basename(argv[0] ?? '').startsWith('containerd-shim') && after(argv, '-address') === address && !isCall(argv))
    .map(({ pid, argv }) => ({ pid, namespace: after(argv, '-namespace'), id: after(argv, '-id') }))
    .filter((shim) => namespace === undefined || shim.namespace === namespace)

const names = (path: string): ReadonlyArray<string> => {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

/** The bundles that stand under the daemon's state folder. */
export const bundlesOf = ({ dir }: OfDaemon): ReadonlyArray<Bundle> =>
  names(taskFolder(dir)).flatMap((namespace) =>
    names(join(taskFolder(dir), namespace)).filter((id) => !id.startsWith('.')).map((id) => ({ namespace, id }))
  )

/** Waits until the daemon has no shim left (in the namespace, if one is given). */
export const waitForNoShims = async (
  daemon: OfDaemon,
  options: { readonly namespace?: string; readonly timeoutMs?: number } = {},
): Promise<void> => {
  const { namespace, ...rest } = options
  await waitFor(() => shimsOf(daemon, namespace), { what: 'the last shim to end', until: (left) => left.length === 0, ...rest })
}

/** Sends SIGSTOP (a hung shim), SIGCONT or SIGKILL (a dead one) to the shim that was started for a container; answers its pid. */
export const signalShim = (daemon: OfDaemon, namespace: string, id: string, name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): number => {
  const shim = shimsOf(daemon, namespace).find((one) => one.id === id)
  if (shim === undefined) throw new Error(`Cannot send ${name} to the shim of ${namespace}/${id}: wanted its process, found none`)
  signal(shim.pid, name)
  return shim.pid
}
