/**
 * The program as a user runs it: a child process whose JSON lines are collected and waited for, on Node or on Deno. It knows the
 * command line and the lines that are promised, nothing of how they come about.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import type { Readable } from 'node:stream'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { inProject } from './paths.ts'
import { waitFor, type WaitOptions } from './wait_for.ts'

/** What runs the program: the compiled one on Node, the sources on Deno. */
export type Runtime = 'node' | 'deno'

/** A line of `--log json`. */
export type LogLine = Readonly<Record<string, unknown>>

/** The line of a finished handling, with all the fields that are promised. */
export interface StoppedLine {
  readonly time: string
  readonly namespace: string
  readonly id: string
  readonly pid: number
  readonly generation: number
  readonly exitCode: number
  readonly exitedAt: string
  readonly reason: string
  readonly attempts: number
  readonly handlingMs: number
  readonly seq: number
}

const StoppedLineOf: t.Type<StoppedLine, unknown> = t.type({
  time: t.string,
  namespace: t.string,
  id: t.string,
  pid: t.number,
  generation: t.number,
  exitCode: t.number,
  exitedAt: t.string,
  reason: t.string,
  attempts: t.number,
  handlingMs: t.number,
  seq: t.number,
})

/** How the program ended and what it said. */
export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ReaperOptions {
  readonly address: string
  readonly namespaces: ReadonlyArray<string>
  readonly stateDir: string
  readonly runtime?: Runtime
  /** More flags of `run`. */
  readonly flags?: ReadonlyArray<string>
  /** Hears each line in the turn in which it comes. */
  readonly onLine?: (line: LogLine) => void
}

/** A running `containerd-reaper run`. */
export interface ReaperProcess {
  readonly pid: number
  readonly stateDir: string
  readonly isOver: () => boolean
  /** Every line so far, oldest first. Throws if one is not a JSON object. */
  readonly lines: () => ReadonlyArray<LogLine>
  /** The `container stopped` lines so far. Throws if one lacks a field that is promised. */
  readonly stopped: () => ReadonlyArray<StoppedLine>
  readonly waitForLine: (want: (line: LogLine) => boolean, options: WaitOptions) => Promise<LogLine>
  /** Waits until each of the containers has as many `container stopped` lines as it is named; answers those of the last look. */
  readonly waitForStopped: (ids: ReadonlyArray<string>, timeoutMs?: number) => Promise<ReadonlyArray<StoppedLine>>
  /** What `containerd-reaper status --json` says of it. */
  readonly status: () => Promise<Status>
  /** SIGTERM; answers the exit code. */
  readonly stop: () => Promise<number | null>
  /** SIGKILL, and waits until it is gone. */
  readonly kill9: () => Promise<void>
  readonly stderr: () => string
}

const HandlingOf = t.type({
  namespace: t.string,
  id: t.string,
  pid: t.number,
  phase: t.string,
  exitCode: t.number,
  since: t.string,
  attempt: t.number,
  lastError: t.union([t.string, t.null]),
  nextAttemptAt: t.union([t.string, t.null]),
  outstanding: t.union([t.string, t.null]),
})

/** A run in handling, as `status --json` shows it. */
export interface StatusRow {
  readonly namespace: string
  readonly id: string
  readonly pid: number
  readonly phase: string
  readonly exitCode: number
  readonly since: string
  readonly attempt: number
  readonly lastError: string | null
  readonly nextAttemptAt: string | null
  readonly outstanding: string | null
}

export interface Status {
  readonly pid: number
  readonly running: number
  readonly handling: ReadonlyArray<StatusRow>
}

const StatusOf: t.Type<Status, unknown> = t.type({ pid: t.number, running: t.number, handling: t.readonlyArray(HandlingOf) })

type Child = ChildProcessByStdio<null, Readable, Readable>

const live = new Set<Child>()
let watching = false

// A test process that ends in any way but SIGKILL takes its children with it.
const endWithUs = (child: Child): void => {
  live.add(child)
  child.once('exit', () => live.delete(child))
  if (watching) return
  watching = true
  const endAll = (): void => live.forEach((one) => one.kill('SIGKILL'))
  process.once('exit', endAll)
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(name, endAll)
}

// The command of the npm package is a script that waits for the real program and passes no signal on.
const denoProgram = (): string => {
  const installer = createRequire(inProject('package.json'))('deno/install_api.cjs') as { readonly runInstall: () => string } // untyped
  return installer.runInstall()
}

const commandOf = (runtime: Runtime): ReadonlyArray<string> =>
  runtime === 'node'
    ? [process.execPath, inProject('dist', 'shell', 'cli', 'main.js')]
    : [denoProgram(), 'run', '-A', inProject('shell', 'cli', 'main.ts')]

const start = (args: ReadonlyArray<string>, runtime: Runtime): { readonly child: Child; readonly text: { out: string; err: string } } => {
  const [program = '', ...rest] = [...commandOf(runtime), ...args]
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], cwd: inProject() })
  endWithUs(child)
  const text = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => text.out += chunk)
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => text.err += chunk)
  return { child, text }
}

/** The code with which it ends; null for a death by signal. All its output has come by then. */
const exitCode = (child: Child): Promise<number | null> => new Promise((resolve) => child.once('close', resolve))

/** Runs the program with these arguments until it ends by itself. */
export const runCli = async (args: ReadonlyArray<string>, runtime: Runtime = 'node'): Promise<CliResult> => {
  const { child, text } = start(args, runtime)
  return { code: await exitCode(child), stdout: text.out, stderr: text.err }
}

const isRecord = (value: unknown): value is LogLine => typeof value === 'object' && value !== null && !Array.isArray(value)

const parseLine = (line: string): LogLine => {
  const value: unknown = JSON.parse(line)
  if (!isRecord(value)) throw new Error(`Cannot read a log line: wanted a JSON object, found ${line}`)
  return value
}

const decoded = <A>(codec: t.Type<A, unknown>, value: unknown): A => {
  const read = codec.decode(value)
  if (E.isRight(read)) return read.right
  const problem = read.left[0]?.context.map(({ key }) => key).join('.') ?? ''
  throw new Error(`Cannot read ${problem}: wanted ${codec.name}, found ${JSON.stringify(value)}`)
}

/** Starts `containerd-reaper run` and waits for nothing. */
export const spawnReaper = (options: ReaperOptions): ReaperProcess => {
  const { address, namespaces, stateDir, runtime = 'node', flags = [], onLine } = options
  const names = namespaces.flatMap((name) => ['--namespace', name])
  const { child, text } = start(['run', '--address', address, ...names, '--state-dir', stateDir, '--log', 'json', ...flags], runtime)
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null
  const ended = exitCode(child)
  // Each line is read once: a crowd's lines are looked at many times.
  const read: Array<LogLine> = []
  let from = 0
  const lines = (): ReadonlyArray<LogLine> => {
    for (let end = text.out.indexOf('\n', from); end >= 0; end = text.out.indexOf('\n', from)) {
      read.push(parseLine(text.out.slice(from, end)))
      from = end + 1
    }
    return read
  }
  let heard = 0
  if (onLine !== undefined) child.stdout.on('data', () => lines().slice(heard).forEach((line) => (heard += 1, onLine(line))))
  const told: Array<StoppedLine> = []
  let looked = 0
  const stopped = (): ReadonlyArray<StoppedLine> => {
    for (const line of lines().slice(looked)) {
      looked += 1
      if (line['msg'] === 'container stopped') told.push(decoded(StoppedLineOf, line))
    }
    return [...told]
  }
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    return ended
  }
  const waitForLine: ReaperProcess['waitForLine'] = (want, wait) => waitFor(() => lines().find(want), wait)
  return {
    pid: child.pid ?? 0,
    stateDir,
    isOver,
    lines,
    stopped,
    waitForLine,
    waitForStopped: (ids, timeoutMs) =>
      waitFor(stopped, {
        what: `the end of ${ids.join(', ')}`,
        until: (all) => ids.every((id) => all.filter((line) => line.id === id).length >= ids.filter((other) => other === id).length),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }),
    status: async () => {
      const { code, stdout, stderr } = await runCli(['status', '--state-dir', stateDir, '--json'])
      if (code !== 0) throw new Error(`Cannot ask for the status: ${stderr}`)
      return decoded(StatusOf, JSON.parse(stdout))
    },
    stop: () => end('SIGTERM'),
    kill9: async () => {
      await end('SIGKILL')
    },
    stderr: () => text.err,
  }
}

/** Starts `containerd-reaper run` and waits until it says that it is connected. */
export const startReaper = async (options: ReaperOptions): Promise<ReaperProcess> => {
  const reaper = spawnReaper(options)
  await waitFor(() => reaper.isOver() || reaper.lines().some(({ msg }) => msg === 'connected to containerd'), {
    what: 'the reaper to be connected',
    timeoutMs: 60_000, // on a machine that is busy with much else a start takes long
  }).catch(async (error: unknown) => {
    await reaper.kill9() // else the test that has failed waits for it until its time is up
    throw error
  })
  if (!reaper.isOver()) return reaper
  const code = await reaper.stop()
  throw new Error(`Cannot start the reaper: it ended with ${code ?? 'a signal'}: ${reaper.stderr()}${JSON.stringify(reaper.lines())}`)
}
