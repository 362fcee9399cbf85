/**
 * A real child process in the place of a container: a process group of its own, made paused and let go later, as runc does.
 * Knows processes and signals, nothing of tasks. Processes that leave the group (setsid) are out of its sight.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { constants as os } from 'node:os'
import { delimiter, join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { nowNs } from './now.ts'

/** How a process ended: its code, 128 + signal for a death by signal, and when, in nanoseconds since 1970. */
export interface Exit {
  readonly status: number
  readonly atNs: bigint
}

export interface ProcessSpec {
  readonly argv: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** A child process that may not have begun yet. */
export interface Child {
  readonly pid: number
  readonly exited: Promise<Exit>
  /** Lets a process that was made paused begin. */
  readonly begin: () => void
  /** Sends a signal to the process alone; false if it has ended. */
  readonly signal: (signal: number) => boolean
  /** Sends a signal to every live process of the group, also to what an ended process left behind; gives how many there were, at least. */
  readonly signalAll: (signal: number) => number
  /** The live processes of the group. */
  readonly members: () => ReadonlyArray<number>
}

/** Holds the process until a line comes in, then becomes the command: so there is a pid before the command runs, and it stays. */
const holder = 'read -r go && exec "$@" </dev/null'

const runnable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

const findable = (command: string, path: string): boolean =>
  command.includes('/') ? runnable(command) : path.split(delimiter).some((folder) => runnable(join(folder, command)))

const send = (pid: number, signal: number): boolean => {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** The processes of a group that are not zombies. Where there is no /proc the group itself has to do. */
const groupOf = (group: number): ReadonlyArray<number> => {
  if (!send(-group, 0)) return []
  if (!existsSync('/proc/self/stat')) return [group]
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      // The name in parentheses may hold anything; state, parent and group follow the last one.
      const [state, , found] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')
      return Number(found) === group && state !== 'Z' && state !== 'X'
    } catch {
      return false
    }
  })
}

/**
 * Makes a process that waits for `begin()`. Left: the command cannot be found, in the words of runc.
 *
 * Standard streams go nowhere. The process leads a session of its own, so that a signal to the whole group reaches all that it forks.
 */
export const makeChild = ({ argv, env, cwd }: ProcessSpec): E.Either<string, Child> => {
  const command = argv[0] ?? ''
  const variables = { ...process.env, ...env }
  if (!findable(command, variables['PATH'] ?? '')) return E.left(`exec: "${command}": executable file not found in $PATH`)
  const child = spawn('/bin/sh', ['-c', holder, 'container', ...argv], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: variables,
    ...(cwd === undefined ? {} : { cwd }),
  })
  const pid = child.pid
  if (pid === undefined) {
    child.on('error', () => undefined)
    return E.left(`exec: "${command}": cannot start a process in "${cwd ?? '.'}"`)
  }
  // A process that is killed before it began leaves a broken pipe; its exit says all there is to say.
  child.stdin.on('error', () => undefined)
  let ended = false
  let empty = false
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = true
      resolve({ status: code ?? 128 + (signal === null ? 127 : os.signals[signal]), atNs: nowNs() })
    })
  })
  const members = (): ReadonlyArray<number> => {
    // Once the group was seen empty its number may be given to strangers: it is never looked at again.
    if (empty) return []
    const found = groupOf(pid)
    empty = ended && found.length === 0
    return found
  }
  return E.right({
    pid,
    exited,
    begin: () => child.stdin.end('\n'),
    signal: (signal) => !ended && send(pid, signal),
    signalAll: (signal) => {
      if (!ended) return send(-pid, signal) ? 1 : 0
      const found = members()
      if (found.length > 0) send(-pid, signal)
      return found.length
    },
    members,
  })
}
