/**
 * What containers run in: a folder with a static busybox and a link for each of its commands, and gates, on which many
 * containers wait so that they exit at the same moment.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, copyFileSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findProgram } from './available.ts'

/** Makes a root folder for containers; answers its path. */
export const makeRootfs = (dir: string): string => {
  const busybox = findProgram('busybox')
  if (busybox === undefined) {
    throw new Error('Cannot make a root folder for containers: wanted busybox, found none; run sh test/support/install.sh')
  }
  for (const name of ['bin', 'proc', 'dev', 'sys', 'tmp', 'run', 'gates']) mkdirSync(join(dir, name), { recursive: true })
  copyFileSync(busybox, join(dir, 'bin', 'busybox'))
  for (const path of spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n')) {
    if (path !== 'busybox') symlinkSync('busybox', join(dir, 'bin', basename(path)))
  }
  return dir
}

/** A gate: containers with its `wait` as their command stand still, costing no processor time, until it is opened. */
export interface Gate {
  /** Shell words that wait for the gate; put what shall happen behind them: `${gate.wait}; exit 3`. */
  readonly wait: string
  /** Lets all through that wait, and all that come later. */
  readonly open: () => void
  /** Frees its descriptor; who still waits then waits for ever. */
  readonly close: () => void
}

// A pipe rather than a file that each container looks for in a loop: a hundred loops keep two cores busy with `sleep`.
// We hold both its ends, so nobody blocks while opening it; each container takes one line out of it.
const room = 4096

/** Makes a gate in a root folder. At most 4096 containers can pass. */
export const makeGate = (rootfs: string, name: string): Gate => {
  const path = join(rootfs, 'gates', name)
  const made = spawnSync('mkfifo', [path], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`Cannot make the gate ${path}: ${made.stderr.trim()}`)
  const pipe = openSync(path, 'r+')
  return {
    wait: `read -r line < /gates/${name}`,
    open: () => {
      writeSync(pipe, '\n'.repeat(room))
    },
    close: () => closeSync(pipe),
  }
}
