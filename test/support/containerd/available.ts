/**
 * Whether a real containerd can be started here, and if not, why. Only looks; installing is what test/support/install.sh is for.
 */
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What a test asks before it starts a daemon; `reason` completes `{ skip: reason }`. */
export type Availability =
  | { readonly available: true }
  | { readonly available: false; readonly reason: string }

const runs = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The containerd that tests use where they name none: another than the installed one, as test/support/debian/containerd.sh fetches it. */
const chosen = process.env['CONTAINERD_BIN_DIR']

/** PATH as the daemon and its clients get it: `binDir` first, and the folders of administrators' programs last. */
export const searchPath = (binDir = chosen): string =>
  [binDir, process.env['PATH'], '/usr/local/sbin', '/usr/sbin', '/sbin'].filter((part) => part !== undefined && part !== '').join(delimiter)

/** Where a program is, or undefined. */
export const findProgram = (name: string, binDir?: string): string | undefined =>
  searchPath(binDir).split(delimiter).map((folder) => join(folder, name)).find(runs)

// A dynamic busybox cannot run in a rootfs that holds nothing else; such a file names its loader near its start.
const isStatic = (path: string): boolean => !readFileSync(path).subarray(0, 4096).includes('ld-linux')

const needed = ['containerd', 'containerd-shim-runc-v2', 'ctr', 'runc', 'busybox'] as const

/** Says whether this machine and user can start containers with a containerd of their own. */
export const realContainerd = (): Availability => {
  const no = (reason: string): Availability => ({ available: false, reason: `needs a real containerd: ${reason}` })
  if (process.platform !== 'linux') return no(`wanted Linux, found ${process.platform}`)
  if (process.getuid?.() !== 0) return no('wanted root, found an ordinary user; run the tests as root')
  if (chosen !== undefined && !runs(join(chosen, 'containerd'))) return no(`wanted one in CONTAINERD_BIN_DIR, found none in ${chosen}`)
  const missing = needed.filter((name) => findProgram(name) === undefined)
  if (missing.length > 0) return no(`missing ${missing.join(', ')}; run sh test/support/install.sh`)
  const busybox = findProgram('busybox')
  if (busybox === undefined || !isStatic(busybox)) return no('wanted a static busybox, found a dynamic one; install busybox-static')
  return { available: true }
}

/** The options of a tap test that needs a real containerd: none, or the reason to skip it. */
export const needsContainerd = (): { readonly skip?: string } => {
  const found = realContainerd()
  return found.available ? {} : { skip: found.reason }
}
