/** Where the project stands, whether a test runs from its source (Deno) or from dist/ (Node). */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const climb = (folder: string): string => (existsSync(join(folder, 'package.json')) ? folder : climb(dirname(folder)))

/** The folder that holds package.json. */
export const projectRoot: string = climb(dirname(fileURLToPath(import.meta.url)))

/** A path below the project's folder. */
export const inProject = (...parts: ReadonlyArray<string>): string => join(projectRoot, ...parts)
