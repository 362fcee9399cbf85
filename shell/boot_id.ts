/**
 * Which boot of the host this is: pids repeat after another one.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'

/** The kernel's id of this boot, or `unknown` where the kernel does not tell. */
export const bootId = async (): Promise<string> => {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  } catch {
    return 'unknown'
  }
}
