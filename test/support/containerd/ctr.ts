/**
 * What tests ask of ctr, as typed functions: start containers, kill, list and delete them. Containers get the daemon's private
 * cgroup and runc state, so that daemons side by side, or a dead one's leftovers, never meet.
 */
import { callCtr, type CtrResult, type CtrTarget, finished, spawnCtr } from './call_ctr.ts'
import type { Containerd } from './daemon.ts'
import { noteShim } from './sweep.ts'

/** How a container is started. */
export interface RunOptions {
  /** A shell script, or a command with its arguments. */
  readonly command: string | ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** Starts the container in the shim of all others of its group, as a pod does. */
  readonly group?: string
  /** Joins the host's pid namespace, so that what init leaves behind is not ended by the kernel with it. */
  readonly hostPid?: boolean
  /** A runc wrapper, such as `slowRunc(...).path`. */
  readonly runcBinary?: string
  readonly memoryBytes?: number
  /** Another root folder than the daemon's shared one. */
  readonly rootfs?: string
  /** A file that gets what the container prints; nothing is kept unless told. */
  readonly output?: string
  /** More flags of `ctr run`. */
  readonly flags?: ReadonlyArray<string>
}

/** How a task is deleted. */
export interface TaskDeleteOptions {
  /** Ends the client by SIGKILL after this time, as a client that is cut off. */
  readonly killAfterMs?: number
  /** Ends the client by SIGKILL when the signal is aborted. */
  readonly cutOff?: AbortSignal
  /** Gives the call a gRPC deadline. */
  readonly deadlineMs?: number
  /** Kills a running task first. */
  readonly force?: boolean
}

/** A row of `ctr task ls`: RUNNING, STOPPED, CREATED, PAUSED or UNKNOWN. */
export interface TaskRow {
  readonly id: string
  readonly pid: number
  readonly status: string
}

/** A client that waits for its container and deletes task and container after it. */
export interface RmClient {
  readonly pid: number
  readonly done: Promise<CtrResult>
  readonly kill: () => void
}

/** ctr for one namespace of one daemon. */
export interface Ctr {
  readonly namespace: string
  /** Starts a container and leaves it running. */
  readonly run: (id: string, options: RunOptions) => Promise<void>
  /** Starts a container with a client beside us that deletes it when it exits. */
  readonly runRm: (id: string, options: RunOptions) => RmClient
  readonly taskKill: (id: string, signal?: string) => Promise<void>
  /** The namespace's tasks, in order of id. */
  readonly taskList: () => Promise<ReadonlyArray<TaskRow>>
  /** Deletes a task; answers what ctr said, also when it failed or was cut off. */
  readonly taskDelete: (id: string, options?: TaskDeleteOptions) => Promise<CtrResult>
  readonly containerList: () => Promise<ReadonlyArray<string>>
  readonly containerDelete: (...ids: ReadonlyArray<string>) => Promise<void>
  /** Sets labels of a container record; an empty value removes one. */
  readonly containerLabel: (id: string, labels: Readonly<Record<string, string>>) => Promise<void>
  /** Any other call; answers what ctr said. */
  readonly call: (...args: ReadonlyArray<string>) => Promise<CtrResult>
}

const pairs = (flag: string, map: Readonly<Record<string, string>> | undefined): ReadonlyArray<string> =>
  Object.entries(map ?? {}).flatMap(([key, value]) => [flag, `${key}=${value}`])

const runArgs = (daemon: Containerd, namespace: string, id: string, options: RunOptions): ReadonlyArray<string> => [
  ...['--runc-root', daemon.runcRoot, '--cgroup', `${daemon.cgroup}/${namespace}/${id}`],
  ...(options.output === undefined ? ['--null-io'] : ['--log-uri', `file://${options.output}`]),
  ...pairs('--env', { PATH: '/bin', ...options.env }),
  ...pairs('--label', options.labels),
  ...pairs('--annotation', {
    ...options.annotations,
    ...(options.group === undefined ? {} : { 'io.containerd.runc.v2.group': options.group }),
  }),
  ...(options.hostPid === true ? ['--with-ns', 'pid:/proc/self/ns/pid'] : []),
  ...(options.runcBinary === undefined ? [] : ['--runc-binary', options.runcBinary]),
  ...(options.memoryBytes === undefined ? [] : ['--memory-limit', String(options.memoryBytes)]),
  ...(options.flags ?? []),
  '--rootfs',
  options.rootfs ?? daemon.rootfs,
  id,
  ...(typeof options.command === 'string' ? ['/bin/sh', '-c', options.command] : options.command),
]

// containerd lists tasks in no order; tests compare lists.
const parseTasks = (stdout: string): ReadonlyArray<TaskRow> =>
  stdout.trim().split('\n').slice(1)
    .map((line) => {
      const [id = '', pid = '', status = ''] = line.trim().split(/\s+/)
      return { id, pid: Number(pid), status }
    })
    .sort((a, b) => a.id < b.id ? -1 : 1)

/** Talks to a daemon in one namespace. */
export const ctrFor = (daemon: Containerd, namespace: string): Ctr => {
  const target: CtrTarget = { address: daemon.address, namespace, binDir: daemon.binDir }
  const call = (...args: ReadonlyArray<string>): Promise<CtrResult> => callCtr(target, args)
  const must = async (...args: ReadonlyArray<string>): Promise<string> => {
    const { code, stdout, stderr, cutOff } = await call(...args)
    if (code === 0) return stdout
    throw new Error(`Cannot ctr ${args.slice(0, 2).join(' ')} in ${namespace}: ${cutOff ? 'no answer in 30 s' : stderr.trim()}`)
  }
  return {
    namespace,
    call,
    run: async (id, options) => {
      noteShim(daemon.dir, `${namespace}/${options.group ?? id}`)
      await must('run', '--detach', ...runArgs(daemon, namespace, id, options))
    },
    runRm: (id, options) => {
      noteShim(daemon.dir, `${namespace}/${options.group ?? id}`)
      const child = spawnCtr(target, ['run', '--rm', ...runArgs(daemon, namespace, id, options)])
      return { pid: child.pid ?? 0, done: finished(child), kill: () => void child.kill('SIGKILL') }
    },
    taskKill: async (id, signal = 'SIGKILL') => {
      await must('task', 'kill', '--signal', signal, id)
    },
    taskList: async () => parseTasks(await must('task', 'list')),
    taskDelete: (id, { deadlineMs, force = false, ...end } = {}) =>
      callCtr(
        target,
        [...(deadlineMs === undefined ? [] : ['--timeout', `${deadlineMs}ms`]), 'task', 'delete', ...(force ? ['--force'] : []), id],
        end,
      ),
    containerList: async () => (await must('container', 'list', '--quiet')).split('\n').filter((line) => line !== ''),
    containerDelete: async (...ids) => {
      await must('container', 'delete', ...ids)
    },
    containerLabel: async (id, labels) => {
      await must('container', 'label', id, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`))
    },
  }
}
