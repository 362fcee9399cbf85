/**
 * The text of a file that a person names. A device or a pipe may never end, so only regular files are read.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'

/** Throws, as the file system does, and when it is no regular file or has more bytes than `most`. */
export const readText = (path: string, most: number): string => {
  // Opening a pipe for reading waits for somebody who writes, unless told not to.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const info = fstatSync(file)
    if (!info.isFile()) throw new Error('wanted a regular file, found something else')
    if (info.size > most) throw new Error(`wanted at most ${most} bytes, found ${info.size}`)
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}
