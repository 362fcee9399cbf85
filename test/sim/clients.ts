/**
 * The other clients of a simulated containerd: they create containers, start and restart tasks, pause them, let them be killed, and
 * clean up after themselves or leave it to us.
 */
import type { ContainerKey, Metadata } from '../../core/index.ts'
import { containerKey, noMetadata, parts, sandboxKey } from '../../core/index.ts'
import type { Clock } from './clock.ts'
import type { Containerd } from './truth.ts'
import type { Others, TrueSandbox } from './others.ts'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'
import type { Fact, TrueRun } from './truth.ts'

export interface Clients {
  readonly keys: ReadonlyArray<ContainerKey>
  readonly foreign: ReadonlySet<ContainerKey>
  readonly relabelled: ReadonlySet<ContainerKey>
  readonly live: () => void
  /** The host was started again: pids are given out from the beginning. */
  readonly rebooted: () => void
}

export interface ClientsEnv {
  readonly clock: Clock
  readonly random: Random
  readonly plan: Plan
  readonly calmAt: number
  readonly containerd: Containerd
  readonly others: Others
  readonly publish: (fact: Fact) => void
}

export const createClients = ({ clock, random, plan, calmAt, containerd, others, publish }: ClientsEnv): Clients => {
  const { faults } = plan
  const keys = plan.namespaces.flatMap((namespace) => Array.from({ length: plan.ids }, (_, i) => containerKey(namespace, `c${i + 1}`)))
  const foreign = new Set(keys.filter(() => random.chance(faults.foreign)))
  const relabelled = new Set(keys.filter((key) => !foreign.has(key) && random.chance(faults.relabelled)))
  const pauses = new Map<ContainerKey, boolean>(keys.map((key) => [key, random.chance(faults.pauseContainers)]))
  const sandboxes = new Map<ContainerKey, TrueSandbox>()
  let lastPid = 100
  const isCalm = (): boolean => clock.now() >= calmAt
  const rolls = (probability: number): boolean => !isCalm() && random.chance(probability)

  const pidFor = (key: ContainerKey): number => {
    // Not at once: before a pid comes round again, many others do.
    const isFree = ({ pid }: TrueRun): boolean =>
      containerd.runs.every((run) => run.pid !== pid || (run.deletedAt !== undefined && clock.now() - run.deletedAt > 20_000))
    const old = containerd.runs.findLast((run) => run.key === key && isFree(run))
    if (old !== undefined && rolls(faults.pidRepeats)) return old.pid
    lastPid += 1
    return lastPid
  }

  const metadataFor = (key: ContainerKey): Metadata =>
    pauses.get(key) === true
      ? { ...noMetadata, kind: 'sandbox' }
      : { ...noMetadata, sandboxId: random.chance(0.2) ? 'pod-1' : undefined, ownPidNamespace: random.chance(0.5) }

  const putRow = (key: ContainerKey, ours: boolean): void => {
    containerd.rows.set(key, { metadata: containerd.rows.get(key)?.metadata ?? metadataFor(key), ours, createdAt: clock.now() })
    publish({ _tag: 'ContainerChanged', container: key })
  }
  const dropRow = (key: ContainerKey): void => {
    if (!containerd.isUp() || !containerd.rows.delete(key)) return
    publish({ _tag: 'ContainerDeleted', container: key })
  }
  const patiently = (act: () => boolean, tries: number): void => {
    if (act() || tries === 0) return
    clock.after(random.int(200, 2_000), () => patiently(act, tries - 1))
  }

  /** One life: create, start, exit, and whatever becomes of it; then the next. */
  const lead = (key: ContainerKey, lives: number): void => {
    if (lives === 0 || isCalm()) return
    patiently(() => {
      if (!containerd.isUp()) return isCalm()
      if (!containerd.rows.has(key)) putRow(key, !foreign.has(key))
      const run = containerd.createTask(key, pidFor(key))
      if (run === undefined) return isCalm()
      clock.after(rolls(faults.staysCreated) ? random.int(1_000, 60_000) : random.int(1, 100), () => begin(run, lives))
      return true
    }, 30)
  }

  const begin = (run: TrueRun, lives: number): void => {
    if (run.deletedAt !== undefined) return next(run.key, lives)
    if (rolls(faults.staysCreated / 4)) return // for ever
    if (!containerd.isUp()) return void clock.after(500, () => begin(run, lives))
    containerd.start(run)
    if (run.status !== 'running') return next(run.key, lives)
    const pause = pauses.get(run.key) === true
    if (pause) {
      const [namespace, id] = parts(run.key)
      const before = sandboxes.get(run.key)
      if (before !== undefined && before.removedAt === undefined) others.remove(before)
      sandboxes.set(run.key, others.open(sandboxKey(namespace, id), true))
    }
    if (rolls(0.1)) return // runs for ever
    const lasts = random.pick([random.int(0, 40), random.int(100, 3_000), random.int(3_000, 30_000)])
    if (rolls(faults.pauses)) {
      clock.after(lasts / 2, () => {
        if (run.status === 'running') run.status = 'paused'
      })
    }
    if (random.chance(0.2)) clock.after(lasts / 2, () => exec(run))
    const oom = rolls(faults.oomKills)
    if (oom) clock.after(lasts, () => containerd.oom(run))
    clock.after(lasts + (oom ? random.int(0, 5) : 0), () => {
      if (rolls(faults.shimKilled)) containerd.killShim(run)
      else containerd.end(run, oom ? 137 : random.pick([0, 0, 1, 3, 137, 143]))
      const sandbox = sandboxes.get(run.key)
      if (sandbox !== undefined && run.exit !== undefined) others.end(sandbox, run.exit.code, run.exit.at)
      ended(run, lives)
    })
  }

  const exec = (run: TrueRun): void => {
    if (run.status === 'running' && containerd.isUp()) {
      publish({ _tag: 'TaskExited', container: run.key, processId: `exec-${run.pid}`, pid: run.pid + 10_000, code: 1, exitedAt: undefined })
    }
  }

  const ended = (run: TrueRun, lives: number): void => {
    if (run.exit !== undefined && rolls(faults.shimKilled / 3)) clock.after(random.int(0, 2_000), () => containerd.killShim(run))
    if (pauses.get(run.key) !== true && rolls(faults.earlyDelete)) {
      clock.after(random.int(0, 3_000), () => {
        if (run.deletedAt === undefined) dropRow(run.key)
      })
    }
    if (!rolls(faults.otherDeleter)) return next(run.key, lives)
    // As `ctr run --rm` does: its own Wait, its own Delete, and the record.
    clock.after(random.pick([random.int(0, 5), random.int(5, 200), random.int(200, 5_000)]), () => {
      if (!containerd.isUp()) return next(run.key, lives)
      let isOver = false
      const over = (): void => {
        if (isOver) return
        isOver = true
        clock.after(random.int(0, 50), () => {
          if (random.chance(0.7) && run.deletedAt !== undefined) dropWithSandbox(run.key)
          next(run.key, lives)
        })
      }
      const giveUp = containerd.delete(run.key, 'other', over)
      clock.after(random.int(5_000, 10_000), () => {
        giveUp()
        over()
      })
    })
  }

  const dropWithSandbox = (key: ContainerKey): void => {
    dropRow(key)
    const sandbox = sandboxes.get(key)
    if (sandbox?.exit !== undefined && sandbox.removedAt === undefined) others.remove(sandbox)
  }

  /** The next life under the id begins as soon as the task of this one is gone, whoever saw to that; often with a new record. */
  const next = (key: ContainerKey, lives: number): void => {
    if (lives <= 1 || isCalm()) return
    if (rolls(relabelled.has(key) ? 0.5 : 0) && containerd.rows.has(key)) putRow(key, !(containerd.rows.get(key)?.ours ?? true))
    patiently(() => {
      if (containerd.shims.has(key) || !containerd.isUp()) return false
      if (random.chance(0.3)) dropWithSandbox(key)
      clock.after(random.pick([random.int(0, 20), random.int(100, 10_000)]), () => lead(key, lives - 1))
      return true
    }, 60)
  }

  return {
    keys,
    foreign,
    relabelled,
    live: () => {
      for (const key of keys) { // The ids of pods are drawn at random, so they are not used again.
        clock.after(random.int(0, 5_000), () => lead(key, pauses.get(key) === true ? 1 : plan.lives))
      }
    },
    rebooted: () => {
      lastPid = 100
    },
  }
}
