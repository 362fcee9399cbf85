/** All seeded bugs, in one list, and the check that each find-text stands exactly once in its file. */
import { readFileSync } from 'node:fs'
import { inProject } from '../support/paths.ts'
import type { Mutation } from './mutation.ts'
import { ofHandling } from './of_handling.ts'
import { ofKnowledge, ofOthers, ofRestarts } from './of_knowledge.ts'
import { ofShell } from './of_shell.ts'

export const mutations: ReadonlyArray<Mutation> = [...ofHandling, ...ofKnowledge, ...ofRestarts, ...ofOthers, ...ofShell]

/** What is wrong with the place of a seeded bug, undefined when it can be made. */
export const misplaced = ({ name, file, find, put }: Mutation): string | undefined => {
  const places = readFileSync(inProject(file), 'utf8').split(find).length - 1
  if (places !== 1) return `Cannot seed "${name}": wanted ${JSON.stringify(find)} once in ${file}, found it ${places} times`
  return find === put ? `Cannot seed "${name}": what is put in place of ${JSON.stringify(find)} is the same` : undefined
}
