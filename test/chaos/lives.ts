/** The program over all its lives: every line that any of them printed, in the order in which they came, and who waits for one. */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { type ReaperProcess, startReaper, type StoppedLine } from '../support/reaper.ts'
import { waitFor } from '../support/wait_for.ts'

export interface LivesOptions {
  readonly dir: string
  readonly address: string
  readonly namespace: string
  readonly flags: ReadonlyArray<string>
}

/** A life: when it was connected, and when it was killed. Milliseconds of the wall clock, as in the lines. */
export interface Life {
  readonly reaper: ReaperProcess
  readonly from: number
  to: number
}

export interface Lives {
  readonly stateDir: string
  readonly all: ReadonlyArray<Life>
  readonly lines: () => ReadonlyArray<StoppedLine>
  /** The line of the run with this pid. */
  readonly lineOf: (id: string, pid: number) => StoppedLine | undefined
  /** Its line, once it is there; 120 s are given to it unless told. */
  readonly toldOf: (id: string, pid: number, timeoutMs?: number) => Promise<StoppedLine>
  readonly begin: () => Promise<void>
  readonly kill: () => Promise<void>
  /** SIGTERM; answers the exit code. */
  readonly end: () => Promise<number | null>
}

export const nameOf = (id: string, pid: number): string => `${id}#${pid}`

export const lives = ({ dir, address, namespace, flags }: LivesOptions): Lives => {
  const stateDir = mkdtempSync(join(dir, 'chaos-'))
  const all: Array<Life> = []
  const last = (): Life | undefined => all.at(-1)
  const lines = (): ReadonlyArray<StoppedLine> => all.flatMap(({ reaper }) => reaper.stopped())
  const told = new Map<string, StoppedLine>()
  let seen = 0
  const lineOf = (id: string, pid: number): StoppedLine | undefined => {
    const found = lines()
    for (const line of found.slice(seen)) told.set(nameOf(line.id, line.pid), line)
    seen = found.length
    return told.get(nameOf(id, pid))
  }
  return {
    stateDir,
    all,
    lines,
    lineOf,
    toldOf: (id, pid, timeoutMs = 120_000) =>
      waitFor(() => lineOf(id, pid), { what: `the end of ${nameOf(id, pid)} to be told`, timeoutMs, everyMs: 30 }),
    begin: async () => {
      const reaper = await startReaper({ address, namespaces: [namespace], stateDir, flags })
      all.push({ reaper, from: Date.now(), to: Infinity })
    },
    kill: async () => {
      const life = last()
      if (life === undefined) return
      life.to = Date.now()
      await life.reaper.kill9()
    },
    end: async () => (await last()?.reaper.stop()) ?? null,
  }
}
