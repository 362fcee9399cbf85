/** A client in a process of its own, on the runtime of the test: what it was told, and its death. */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

export interface ToldLine {
  readonly id: string
  readonly type: string
  readonly at: string
  readonly statuses: ReadonlyArray<string>
}

export interface ClientProcess {
  /** Whole lines only: what a kill cut off does not count. */
  readonly heard: () => ReadonlyArray<ToldLine>
  /** `id TYPE` of each event so far. */
  readonly told: () => ReadonlyArray<string>
  /** SIGKILL, and waits until it is gone. */
  readonly kill9: () => Promise<void>
}

const ToldLineOf: t.Type<ToldLine, unknown> = t.type({ id: t.string, type: t.string, at: t.string, statuses: t.readonlyArray(t.string) })

const lineOf = (line: string): ToldLine => {
  const read = ToldLineOf.decode(JSON.parse(line))
  if (E.isRight(read)) return read.right
  throw new Error(`Cannot read what a client was told: found ${line}`)
}

const isDeno = 'Deno' in globalThis
const main = fileURLToPath(new URL(isDeno ? 'client_main.ts' : 'client_main.js', import.meta.url))

export const clientProcess = (path: string): ClientProcess => {
  const child = spawn(process.execPath, [...(isDeno ? ['run', '-A', '--no-check', main] : [main]), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (out += chunk))
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const heard = (): ReadonlyArray<ToldLine> => out.split('\n').slice(0, -1).map(lineOf)
  return {
    heard,
    told: () => heard().map(({ id, type }) => `${id} ${type}`),
    kill9: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}
