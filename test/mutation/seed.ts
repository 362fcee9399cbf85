/**
 * A copy of the compiled project in a temporary folder, in which one thing at a time is broken on purpose. The working tree is never
 * touched: the source with the bug is compiled by itself and put in the copy in place of the sound one.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import ts from 'typescript'
import { inProject } from '../support/paths.ts'
import type { Catch } from './check.ts'
import { misplaced } from './list.ts'
import type { Mutation } from './mutation.ts'

export interface Copy {
  /** What the check of this bug finds while it is there, or why nothing was run. */
  readonly run: (mutation: Mutation, worlds: number) => Found
  /** What a check finds while nothing is broken: nothing, or it is worth nothing. */
  readonly control: (check: string, worlds: number) => Found
  readonly remove: () => void
}

export type Found = Catch | string | undefined

/** A bug that makes the machine run in circles is caught by the clock of the one who runs it; no check takes as long. */
const longestMs = 600_000

export const copyOfProject = (): Copy => {
  const folder = mkdtempSync(join(tmpdir(), 'containerd-reaper-mutation-'))
  for (const name of ['dist', 'package.json', 'test/histories', 'test/exhaustive/reached.json']) {
    cpSync(inProject(name), join(folder, name), { recursive: true })
  }
  symlinkSync(inProject('node_modules'), join(folder, 'node_modules'))
  const check: Copy['control'] = (wanted, worlds) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['dist/test/mutation/check.js', wanted, String(worlds)], {
      cwd: folder,
      encoding: 'utf8',
      timeout: longestMs,
    })
    if (status !== 0) return `Cannot run the check: exit code ${status}: ${stderr.trim().split('\n').slice(0, 8).join(' ')}`
    return (JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') as Catch | null) ?? undefined
  }
  return {
    control: check,
    run: (mutation, worlds) => {
      const wrong = misplaced(mutation)
      if (wrong !== undefined) return wrong
      const { file, find, put, by } = mutation
      const place = join(folder, 'dist', file.replace(/\.ts$/, '.js'))
      const sound = readFileSync(place, 'utf8')
      writeFileSync(place, compiled(readFileSync(inProject(file), 'utf8').replace(find, () => put)))
      try {
        return check(by, worlds)
      } finally {
        writeFileSync(place, sound)
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const compiled = (source: string): string =>
  ts.transpileModule(source, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText
