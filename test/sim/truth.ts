/** What is so in a simulated world, whoever knows it: containers, their runs and their shims. The machine sees none of this. */
import type {
  CleanUpSettled,
  ContainerKey,
  DeleteSettled,
  Failure,
  FailureReason,
  KillSettled,
  ListedTask,
  LoadSettled,
  Metadata,
  Nanos,
  ReaperEvent,
  WatchSettled,
} from '../../core/index.ts'

export type Caller = 'us' | 'other' | 'containerd'

/** One life of a task, as it was. */
export interface TrueRun {
  readonly key: ContainerKey
  readonly id: string
  readonly pid: number
  /** 1 for the first task under this id, one more for each later one. */
  readonly serial: number
  /** The boot of the host in which it was made. */
  readonly boot: number
  readonly createdAt: number
  status: 'created' | 'running' | 'paused' | 'stopped'
  startedAt: number | undefined
  exit: { readonly code: number; readonly at: Nanos; readonly when: number } | undefined
  /** Its shim died, or containerd cleaned it up while starting: what is told of its exit need not be true. */
  blurred: boolean
  oomKills: number
  deletedAt: number | undefined
  deletedBy: Caller | undefined
}

export interface Shim {
  readonly key: ContainerKey
  run: TrueRun | undefined
  /** The task it was started for. */
  readonly of: TrueRun
  alive: boolean
  /** A Delete is at work inside. */
  busy: boolean
  /** What waits for that Delete to leave. */
  readonly queue: Array<() => void>
  readonly waits: Set<(outcome: WaitEnd) => void>
}

export interface ContainerRow {
  readonly metadata: Metadata
  readonly ours: boolean
  readonly createdAt: number
}

export type WaitEnd =
  | { readonly _tag: 'Exited'; readonly code: number; readonly exitedAt: Nanos }
  | { readonly _tag: 'NotFound' }
  | Failure

export type Load = LoadSettled['outcome']
export type DeleteEnd = DeleteSettled['outcome']
export type CleanUpEnd = CleanUpSettled['outcome']
export type KillEnd = KillSettled['outcome']
export type WatchEnd = WatchSettled['outcome']

type WithoutTime<A> = A extends unknown ? Omit<A, 'at'> : never
/** A fact that containerd publishes; when it is learnt, a time is put to it. */
export type Fact = WithoutTime<
  Extract<
    ReaperEvent,
    {
      readonly _tag:
        | 'TaskExited'
        | 'TaskOomed'
        | 'TaskCreated'
        | 'TaskStarted'
        | 'TaskDeleted'
        | 'ContainerChanged'
        | 'ContainerDeleted'
        | 'SandboxStarted'
        | 'SandboxExited'
        | 'ImageChanged'
    }
  >
>

export const failed = (reason: FailureReason, message: string): Failure => ({ _tag: 'Failed', reason, message })
export const notFound = { _tag: 'NotFound' } as const

export const describeTruth = (run: TrueRun): string =>
  `${run.key}#${run.serial} pid=${run.pid} ${run.status}${run.exit === undefined ? '' : ` code=${run.exit.code}`}${
    run.deletedAt === undefined ? '' : ` deleted by ${run.deletedBy}`
  }`

/** The task of a shim as Get shows it, undefined where there is none. */
export const viewOf = (shim: Shim | undefined, hung: 'Unclear' | 'TimedOut'): Load | undefined => {
  if (shim?.run === undefined || !shim.alive) return undefined
  if (shim.busy) return hung === 'Unclear' ? { _tag: 'Unclear' } : failed('TimedOut', 'context deadline exceeded')
  const { pid, status, exit } = shim.run
  switch (status) {
    case 'created':
      return { _tag: 'Created', pid }
    case 'running':
      return { _tag: 'Running', pid }
    case 'paused':
      return { _tag: 'Paused', pid }
    case 'stopped':
      return { _tag: 'Stopped', pid, code: exit?.code ?? 255, exitedAt: exit?.at }
  }
}

/** What can be asked of a simulated containerd, and done to it. */
export interface Containerd {
  readonly rows: Map<ContainerKey, ContainerRow>
  readonly shims: Map<ContainerKey, Shim>
  readonly runs: TrueRun[]
  readonly isUp: () => boolean
  /** Which boot of the host this is, 1 for the first. */
  readonly hostBoot: () => number
  readonly get: (key: ContainerKey) => Load
  /** Ends at once when there is nothing to wait for. The returned function gives it up. */
  readonly wait: (key: ContainerKey, ended: (end: WaitEnd) => void) => () => void
  /** Tasks.Delete. The returned function is the caller giving up. */
  readonly delete: (key: ContainerKey, by: Caller, done: (end: DeleteEnd) => void) => () => void
  readonly kill: (key: ContainerKey, by: Caller, done: (end: KillEnd) => void) => void
  readonly list: (namespace: string) => ReadonlyArray<ListedTask>
  readonly createTask: (key: ContainerKey, pid: number) => TrueRun | undefined
  readonly start: (run: TrueRun) => void
  readonly end: (run: TrueRun, code: number) => void
  readonly killShim: (run: TrueRun) => void
  readonly oom: (run: TrueRun) => void
  readonly crash: () => void
  readonly boot: () => void
  /** The host goes down: nothing that ran is left. */
  readonly powerCut: () => void
}
