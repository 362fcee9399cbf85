/**
 * What the daemon can ask of a shim, in types. No code: `shim.ts` carries it out.
 *
 * @module
 */
import type { Status } from '../proto/gen/containerd/task.ts'
import type { Publication } from './events.ts'
import type { Exit, ProcessSpec } from './process.ts'
import type { Answer } from './refusal.ts'

/** The state of a process as `Get` shows it. Pid 0 and `UNKNOWN`: the shim could not say, because a Delete hangs in it. */
export interface ProcessState {
  readonly id: string
  readonly pid: number
  readonly status: Status
  readonly exit: Exit | undefined
}

export interface TaskSpec extends ProcessSpec {
  /** In a pid namespace of its own nothing outlives the first process: the shim ends what is left. */
  readonly ownPidNamespace: boolean
}

export interface Shim {
  readonly namespace: string
  readonly id: string
  readonly alive: () => boolean
  /** The task that is still in the shim, if any. */
  readonly task: () => ProcessState | undefined
  readonly create: (spec: TaskSpec) => Answer<number>
  readonly start: (execId: string) => Answer<number>
  readonly exec: (execId: string, spec: ProcessSpec) => Answer<void>
  readonly state: (execId: string) => Answer<ProcessState>
  readonly wait: (execId: string, signal: AbortSignal) => Promise<Answer<Exit>>
  readonly kill: (execId: string, signal: number, all: boolean) => Promise<Answer<void>>
  readonly pause: () => Answer<void>
  readonly resume: () => Answer<void>
  /** Deletes the task; goes on whatever becomes of the caller. `hold` keeps it inside, with the task half gone. */
  readonly remove: (hold: Promise<void> | undefined) => Promise<Answer<ProcessState>>
  /** Cuts a Delete off that is being held: it fails, and the task stays as it was. */
  readonly cutOff: () => void
  /** Resolves when no Delete is under way. */
  readonly idle: () => Promise<void>
  readonly removeExec: (execId: string) => Answer<ProcessState>
  /** The pid that the task has or had; 0 before there was one. */
  readonly lastPid: () => number
  /** The live processes, the task's own and those that it left behind. */
  readonly members: () => ReadonlyArray<number>
  /** Ends the shim, unless it still holds a task. */
  readonly shutdown: () => void
  /** Ends the shim at once, as SIGKILL would: what runs in it goes on until `reapChildren`. */
  readonly die: () => void
  /** Kills every process of the task and waits for the first one's end. */
  readonly reapChildren: () => Promise<void>
  readonly oomKills: () => bigint
  readonly setOomKills: (count: bigint) => void
}

export interface ShimParts {
  readonly namespace: string
  readonly id: string
  readonly publish: (event: Publication) => void
}
