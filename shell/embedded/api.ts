/**
 * What users of the stand can ask of it, in types. No code: `stand.ts` carries it out.
 *
 * @module
 */
import type { Any } from '../proto/gen/google/protobuf/any.ts'
import type { Envelope } from '../proto/gen/containerd/types.ts'
import type { Calls } from './calls.ts'
import type { DeadShimPid } from './daemon.ts'
import type { FaultRule, Faults, SetFault } from './faults.ts'
import type { Exit } from './process.ts'
import type { SandboxMode } from './sandboxes_service.ts'

/** A container: its id in the stand's own namespace, or spelled out. */
export type Ref = string | Named

export interface Named {
  readonly namespace: string
  readonly id: string
}

export interface EmbeddedOptions {
  /** Where to listen. Default: `containerd.sock` in a new folder, which `stop()` removes. */
  readonly socketPath?: string
  /** The namespace of everything that names none. Default: `default`. */
  readonly namespace?: string
  /** Rules that stand from the beginning. */
  readonly faults?: ReadonlyArray<FaultRule>
  /** Default: `normal`. */
  readonly sandboxes?: SandboxMode
  /**
   * How long Get and List wait for a task that a hanging Delete has locked, before they answer UNKNOWN and pid 0.
   * containerd: 2000. Default: 0, so that tests need not wait.
   */
  readonly stateLimitMs?: number
  /** Which pid the daemon gives to the exit that it makes up when a shim ends under it. Default: `zero`. */
  readonly deadShimPid?: DeadShimPid
  /** What the version service answers. */
  readonly version?: string
  /**
   * How shims hand in their events again while the daemon is down: the n-th retry waits n times `stepMs` (default 1000),
   * `tries` times in all (default 6), as containerd's shims do. With `manual` they wait for `republish()`.
   */
  readonly shimRetries?: { readonly stepMs?: number | 'manual'; readonly tries?: number }
}

export interface ContainerSpec {
  readonly id: string
  readonly namespace?: string
  /** The argv of a real process. */
  readonly command: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly image?: string
  readonly sandboxId?: string
  readonly extensions?: ReadonlyMap<string, Any>
  /**
   * Default true: whatever the first process leaves behind ends with it. False, as with the host's pid namespace:
   * it goes on running until a Kill to all processes or the Delete of the task.
   */
  readonly ownPidNamespace?: boolean
}

export type TaskStatus = 'CREATED' | 'RUNNING' | 'STOPPED' | 'PAUSED'

export interface RunningContainer extends Named {
  readonly pid: number
}

/** What nobody cleaned up. All three are empty when the dust has settled. */
export interface Leftovers {
  /** Tasks that ended and were not deleted. */
  readonly tasks: ReadonlyArray<Named>
  /** Shims that are alive and hold no task: leaked. */
  readonly shims: ReadonlyArray<Named>
  /** Processes of containers whose first process ended. */
  readonly processes: ReadonlyArray<number>
}

/** A running stand. Mistakes in its use (an id that is not there) reject or throw with one line. */
export interface EmbeddedContainerd {
  /** The path of the socket. */
  readonly address: string
  /** The same as a target for grpc-js. */
  readonly target: string
  /** The fault knobs. */
  readonly faults: Faults
  /** Every call that came in. */
  readonly calls: Calls
  readonly events: {
    /** Every event that was handed out, in order. */
    readonly log: () => ReadonlyArray<Envelope>
    /** Resolves with the `n`-th event of a topic (default the first), about one id or any. */
    readonly published: (topic: string, id?: string, n?: number) => Promise<Envelope>
  }

  /** Makes the record and the task and starts it. Events: `/containers/create`, `/tasks/create`, `/tasks/start`. */
  readonly run: (spec: ContainerSpec) => Promise<RunningContainer>
  /** Makes the record and a task that is only created. */
  readonly createOnly: (spec: ContainerSpec) => Promise<RunningContainer>
  /** Starts a task that was only created. */
  readonly start: (ref: Ref) => Promise<void>
  /** Runs one more process in a container and gives its pid. Its exit is an event with the exec's id. */
  readonly exec: (ref: Ref, execId: string, command: ReadonlyArray<string>) => Promise<number>
  /** Sends a signal to the first process. Default: SIGKILL. */
  readonly kill: (ref: Ref, signal?: NodeJS.Signals) => Promise<void>
  /** Deletes the record, nothing else: what its task and shim do is of no concern to it. */
  readonly deleteRecord: (ref: Ref) => Promise<void>
  /** Resolves when the task, or an exec in it, has ended. */
  readonly exited: (ref: Ref, execId?: string) => Promise<Exit>
  /** The status of the task in the shim; `undefined` when there is none. */
  readonly status: (ref: Ref) => TaskStatus | undefined
  /** The live processes of a container. */
  readonly members: (ref: Ref) => ReadonlyArray<number>

  /** Sets the out-of-memory counter in the task's metrics. */
  readonly setOomKills: (ref: Ref, count: number) => void
  /** Counts one more and publishes `/tasks/oom`. Kills nothing. */
  readonly oom: (ref: Ref) => void
  /**
   * Kills the shim: calls into it end with "ttrpc: closed", its processes die, and the daemon publishes `/tasks/exit`
   * (137, pid 0) and `/tasks/delete`. Resolves after that.
   */
  readonly killShim: (ref: Ref) => Promise<void>
  /** The container's exit gets lost: no event, and a Wait that begins from now on does not return until the release. */
  readonly loseExits: (ref: Ref) => SetFault

  readonly createSandbox: (spec: {
    readonly id: string
    readonly namespace?: string
    readonly labels?: ReadonlyMap<string, string>
    readonly sandboxer?: string
  }) => void
  readonly exitSandbox: (ref: Ref, code?: number) => void
  readonly createImage: (spec: {
    readonly name: string
    readonly namespace?: string
    readonly digest?: string
    readonly labels?: Readonly<Record<string, string>>
  }) => void

  /** Cuts all connections without a goodbye; clients may come back at once. */
  readonly cutConnections: () => void
  /** The daemon dies as by SIGKILL: every open call ends with UNAVAILABLE. Containers and shims go on. */
  readonly crash: () => Promise<void>
  /** The daemon comes back, with another pid and the same uuid. `cleanUp`: it shuts down shims that hold no task, as newer daemons do. */
  readonly revive: (how?: { readonly cleanUp?: boolean }) => Promise<void>
  /** `crash()` and `revive()`. */
  readonly restart: (how?: { readonly cleanUp?: boolean }) => Promise<void>
  /** Shims hand in now what the daemon missed. */
  readonly republish: () => void

  readonly leftovers: () => Leftovers
  /** Releases every fault, cuts the connections, kills what still runs and removes the socket. */
  readonly stop: () => Promise<void>
}
