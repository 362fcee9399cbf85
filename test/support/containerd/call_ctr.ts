/**
 * Runs containerd's own client, ctr, once: arguments in, exit code and output out. What the words mean is ctr.ts's matter.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { searchPath } from './available.ts'

/** Which daemon is asked, and in which namespace. */
export interface CtrTarget {
  readonly address: string
  readonly namespace?: string
  /** A folder with another version's ctr, searched before PATH. */
  readonly binDir?: string | undefined
}

/** What came of a call. `cutOff` says that we ended it because it took too long. */
export interface CtrResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly cutOff: boolean
}

/** Starts ctr and leaves it to the caller to read and end it. */
export const spawnCtr = (target: CtrTarget, args: ReadonlyArray<string>): ChildProcessByStdio<null, Readable, Readable> => {
  const namespace = target.namespace === undefined ? [] : ['--namespace', target.namespace]
  return spawn('ctr', ['--address', target.address, ...namespace, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: searchPath(target.binDir) },
  })
}

/** When a client is ended by SIGKILL, as one that is cut off: after a time, or when a signal is aborted. */
export interface CutOff {
  readonly killAfterMs?: number
  readonly cutOff?: AbortSignal
}

/** Waits for a client that was started, cutting it off when told. */
export const finished = (
  child: ChildProcessByStdio<null, Readable, Readable>,
  { killAfterMs, cutOff: signal }: CutOff = {},
): Promise<CtrResult> =>
  new Promise((resolve, reject) => {
    const text = { stdout: '', stderr: '' }
    let cutOff = false
    const cut = (): void => {
      cutOff = true
      child.kill('SIGKILL')
    }
    const timer = killAfterMs === undefined ? undefined : setTimeout(cut, killAfterMs)
    signal?.addEventListener('abort', cut)
    const settle = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cut)
    }
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => text.stdout += chunk)
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => text.stderr += chunk)
    child.once('error', (error) => {
      settle()
      reject(error)
    })
    child.once('close', (code) => {
      settle()
      resolve({ code, ...text, cutOff })
    })
  })

/** Runs ctr and waits for it, 30 s at most unless told. Never rejects because of what ctr answers. */
export const callCtr = (target: CtrTarget, args: ReadonlyArray<string>, end: CutOff = {}): Promise<CtrResult> =>
  finished(spawnCtr(target, args), { killAfterMs: 30_000, ...end })
