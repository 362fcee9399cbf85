/** Bugs of the shell: of what it does with a write, a call, and a row on disk. */
import type { Mutation } from './mutation.ts'

export const ofShell: ReadonlyArray<Mutation> = []
