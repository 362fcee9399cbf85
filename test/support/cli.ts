/** The program in a test: its parts in this process, and itself in one of its own. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import { type CliCommand, readCommand } from '../../shell/cli/configuration.ts'
import type { Streams } from '../../shell/cli/streams.ts'
import { waitFor } from './wait_for.ts'

/** What a command line asks for. */
export const commandOf = (...argv: ReadonlyArray<string>): CliCommand => {
  const command = readCommand({ argv, env: {}, version: '0.0.0' })
  assert.ok(E.isRight(command), JSON.stringify(command))
  return command.right
}

export interface Heard extends Streams {
  readonly outLines: () => ReadonlyArray<string>
  readonly errLines: () => ReadonlyArray<string>
  /** The lines of standard output with this message, as JSON. */
  readonly said: (msg: string) => ReadonlyArray<Readonly<Record<string, unknown>>>
  /** Waits for the n-th such line. */
  readonly hear: (msg: string, n?: number) => Promise<Readonly<Record<string, unknown>>>
}

const linesOf = (text: string): ReadonlyArray<string> => text.split('\n').filter((line) => line !== '')
const parse = (line: string): Readonly<Record<string, unknown>> => JSON.parse(line) as Readonly<Record<string, unknown>>

const hearing = (out: () => string, err: () => string): Omit<Heard, 'out' | 'err'> => {
  const said = (msg: string): ReadonlyArray<Readonly<Record<string, unknown>>> =>
    linesOf(out()).map((line) => parse(line)).filter((line) => line['msg'] === msg)
  return {
    outLines: () => linesOf(out()),
    errLines: () => linesOf(err()),
    said,
    hear: async (msg, n = 1) => {
      const lines = await waitFor(() => said(msg), { what: `"${msg}", ${n} times`, everyMs: 5, until: (found) => found.length >= n })
      return lines[n - 1] ?? {}
    },
  }
}

/** Streams that a test reads. */
export const heard = (): Heard => {
  let out = ''
  let err = ''
  return {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    ...hearing(() => out, () => err),
  }
}

export interface Program extends Omit<Heard, 'out' | 'err'> {
  readonly child: ChildProcess
  /** Not `child.kill`, after which Deno reports the signal as the end, whatever the process did about it. */
  readonly kill: (signal: NodeJS.Signals) => void
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
}

const isDeno = 'Deno' in globalThis
/** This file stands two levels below the sources, or below what is built from them; so does the program. */
const main = fileURLToPath(new URL(isDeno ? '../../shell/cli/main.ts' : '../../shell/cli/main.js', import.meta.url))

/** The program, started as a user would on this runtime. */
export const program = (...argv: ReadonlyArray<string>): Program => {
  const args = [...(isDeno ? ['run', '-A', '--no-check', main] : [main]), ...argv]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()))
  return {
    child,
    kill: (signal) => void process.kill(child.pid ?? 0, signal),
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))),
    ...hearing(() => out, () => err),
  }
}
