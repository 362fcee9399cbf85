/** When, of what and on what a figure was measured, in one sentence: without it no figure means anything. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import process from 'node:process'
import { findProgram } from '../test/support/containerd/available.ts'
import { inProject } from '../test/support/paths.ts'

const says = (program: string, ...args: ReadonlyArray<string>): string => {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return ''
  }
}

const runtime = (): string =>
  'deno' in process.versions
    ? `Deno ${process.versions['deno'] ?? ''} (V8 ${process.versions.v8})`
    : `Node ${process.version} (V8 ${process.versions.v8})`

/** The first line of a program's version, without its name and its home. */
const versionOf = (name: string): string => {
  const path = findProgram(name)
  return path === undefined ? 'none' : /\d+\.\d+\.\d+\S*/.exec(says(path, '--version'))?.[0] ?? 'unknown'
}

const commit = (): string => {
  const hash = says('git', 'rev-parse', '--short', 'HEAD')
  if (hash === '') return 'unknown'
  const changed = says('git', 'status', '--porcelain', '--', 'core', 'shell', 'bench', 'package-lock.json')
  return changed === '' ? hash : `${hash}, with changes not committed`
}

const installed = (name: string): string => {
  const found: unknown = JSON.parse(readFileSync(inProject('node_modules', name, 'package.json'), 'utf8'))
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : 'unknown'
}

export const machine = (): string => {
  const [cpu] = cpus()
  const load = loadavg().map((each) => each.toFixed(1)).join(' ')
  return [
    `${new Date().toISOString().slice(0, 10)}, commit ${commit()}`,
    runtime(),
    `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()} ${release()}`,
    `containerd ${versionOf('containerd')}, runc ${versionOf('runc')}, XState ${installed('xstate')}`,
    `load average before ${load}.`,
  ].join('; ')
}
