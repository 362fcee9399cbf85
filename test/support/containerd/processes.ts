/**
 * What the kernel says about processes: command lines, start times, who is alive. Reads /proc and sends signals by pid;
 * knows nothing of containerd.
 */
import { readdirSync, readFileSync } from 'node:fs'

/** A process and its arguments. */
export interface Process {
  readonly pid: number
  readonly argv: ReadonlyArray<string>
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** A process's arguments; none for a zombie, a kernel thread or a process that is gone. */
export const argvOf = (pid: number): ReadonlyArray<string> => {
  const line = read(`/proc/${pid}/cmdline`)
  return line === '' ? [] : line.replace(/\0$/, '').split('\0')
}

/** Every process that has a command line. */
export const processes = (): ReadonlyArray<Process> =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), argv: argvOf(Number(name)) }))
    .filter(({ argv }) => argv.length > 0)

// The command name in field 2 may hold spaces and brackets, so fields are counted behind its last bracket.
const statFields = (pid: number): ReadonlyArray<string> => {
  const stat = read(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).trim().split(' ')
}

/** When the process started, in clock ticks since boot: with the pid it names one process. Empty when there is none. */
export const startTimeOf = (pid: number): string => statFields(pid)[19] ?? ''

/** Whether the pid is a process that runs or is stopped; a zombie is not. */
export const isAlive = (pid: number): boolean => !['', 'Z', 'X'].includes(statFields(pid)[0] ?? '')

/** Sends a signal; a process that is gone already is fine. */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // Gone between the look and the signal.
  }
}

/** Blocks the thread. Only for cleaning up in an exit handler, where nothing can be awaited. */
export const sleepSync = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
