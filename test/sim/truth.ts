/** What is so in a simulated world, whoever knows it: containers, their runs and their shims. The machine sees none of this. */
import type {
  CleanUpSettled,
  ContainerKey,
  DeleteSettled,
  Failure,
  FailureReason,
  KillSettled,
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
