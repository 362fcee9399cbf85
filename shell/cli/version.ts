/**
 * Which version of the program this is.
 *
 * @module
 */
import { readFileSync } from 'node:fs'

/** The version in package.json, which stands above the sources and, a level more, above what is built from them. */
export const programVersion = (): string => {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const found: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
      if (typeof found === 'object' && found !== null && 'version' in found) return String(found.version)
    } catch {
      // not here
    }
  }
  return 'unknown'
}
