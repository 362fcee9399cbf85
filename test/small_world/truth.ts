/**
 * What is so in a small world, whoever knows it: a few containers, their tasks and shims, a pod. Plain data and pure functions, so that one
 * situation can go on in every possible way. The machine sees none of this.
 */
import type { ContainerKey, ContainerSettled, LoadSettled, Metadata, Nanos, SandboxKey } from '../../core/index.ts'
import { millis, nanos, parts, toNanos } from '../../core/index.ts'

export interface TrueRun {
  readonly pid: number
  readonly status: 'running' | 'stopped'
  readonly code: number
  /** undefined while it runs. */
  readonly exitedAt: Nanos | undefined
  /** Who deleted the task; undefined while it is there. */
  readonly deletedBy: 'us' | 'other' | undefined
}

export interface TrueContainer {
  readonly key: ContainerKey
  readonly metadata: Metadata
  /** What its processes exit with, and whether the kernel killed one for want of memory. */
  readonly code: number
  readonly oomKilled: boolean
  /** Its record is there. */
  readonly record: boolean
  /** A shim that containerd knows: with the last run's task, or leaked. */
  readonly shim: boolean
  /** One after the other; only the last can have a task. */
  readonly runs: ReadonlyArray<TrueRun>
}

export interface TrueSandbox {
  readonly key: SandboxKey
  readonly code: number
  readonly exitedAt: Nanos | undefined
}

export interface Truth {
  readonly containers: ReadonlyArray<TrueContainer>
  readonly sandboxes: ReadonlyArray<TrueSandbox>
}

export const containerAt = ({ containers }: Truth, key: ContainerKey): TrueContainer => {
  const found = containers.find((it) => it.key === key)
  if (found === undefined) throw new Error(`There is no ${key} in this world`)
  return found
}

export const sandboxAt = ({ sandboxes }: Truth, key: SandboxKey): TrueSandbox => {
  const found = sandboxes.find((it) => it.key === key)
  if (found === undefined) throw new Error(`There is no sandbox ${key} in this world`)
  return found
}

/** The run whose task is there. */
export const taskOf = ({ runs }: TrueContainer): TrueRun | undefined => {
  const last = runs.at(-1)
  return last?.deletedBy === undefined ? last : undefined
}

export const changed = (truth: Truth, key: ContainerKey, change: (container: TrueContainer) => TrueContainer): Truth => ({
  ...truth,
  containers: truth.containers.map((it) => (it.key === key ? change(it) : it)),
})

const withLast = (container: TrueContainer, change: (run: TrueRun) => TrueRun): TrueContainer => {
  const last = container.runs.at(-1)
  return last === undefined ? container : { ...container, runs: [...container.runs.slice(0, -1), change(last)] }
}

/** Pids begin at ten times the place of the container, so that no two are equal. */
export const started = (truth: Truth, key: ContainerKey): Truth => {
  const place = truth.containers.findIndex((it) => it.key === key) + 1
  return changed(truth, key, (it) => {
    const run: TrueRun = {
      pid: place * 10 + it.runs.length + 1,
      status: 'running',
      code: it.code,
      exitedAt: undefined,
      deletedBy: undefined,
    }
    return { ...it, shim: true, runs: [...it.runs, run] }
  })
}

/** No two exits are of the same instant: the pid is in the time. */
export const exited = (truth: Truth, key: ContainerKey, now: number, code?: number): Truth =>
  changed(truth, key, (it) =>
    withLast(it, (run) => ({
      ...run,
      status: 'stopped',
      code: code ?? run.code,
      exitedAt: nanos(toNanos(millis(now)) + BigInt(run.pid)),
    })))

/** Its task is deleted. The shim goes with it, unless whoever deleted it went away before telling it to. */
export const taskGone = (truth: Truth, key: ContainerKey, by: 'us' | 'other', leak: boolean): Truth =>
  changed(truth, key, (it) => ({ ...withLast(it, (run) => ({ ...run, deletedBy: by })), shim: leak }))

export const shimGone = (truth: Truth, key: ContainerKey): Truth => changed(truth, key, (it) => ({ ...it, shim: false }))

export const recordGone = (truth: Truth, key: ContainerKey): Truth => changed(truth, key, (it) => ({ ...it, record: false }))

export const sandboxExited = (truth: Truth, key: SandboxKey, now: number): Truth => ({
  ...truth,
  sandboxes: truth.sandboxes.map((it) => (it.key === key ? { ...it, exitedAt: nanos(toNanos(millis(now)) + 7n) } : it)),
})

/** What Tasks.Get says. */
export const viewOf = (container: TrueContainer): LoadSettled['outcome'] => {
  const task = container.record ? taskOf(container) : undefined
  if (task === undefined) return { _tag: 'NotFound' }
  return task.status === 'running'
    ? { _tag: 'Running', pid: task.pid }
    : { _tag: 'Stopped', pid: task.pid, code: task.code, exitedAt: task.exitedAt }
}

/** What Containers.Get says. */
export const recordOf = ({ record, metadata }: TrueContainer): ContainerSettled['outcome'] =>
  record ? { _tag: 'Found', metadata } : { _tag: 'NotFound' }

export const idOf = (key: ContainerKey | SandboxKey): string => parts(key)[1]
