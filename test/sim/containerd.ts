/**
 * A model of containerd and its shims: what its calls do to tasks, what they answer, and what it publishes, with the flaws that matter
 * (a NotFound that hides a leaked shim, a Delete that goes on after its caller gave up). It knows nothing of the machine; how long calls
 * travel is the caller's business.
 */
import type { ContainerKey, ListedTask, Nanos } from '../../core/index.ts'
import { nanos, parts } from '../../core/index.ts'
import type { Clock } from './clock.ts'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'
import type { Caller, Containerd, ContainerRow, DeleteEnd, Fact, KillEnd, Shim, TrueRun } from './truth.ts'
import { describeTruth, failed, notFound, viewOf } from './truth.ts'

export interface ContainerdEnv {
  readonly clock: Clock
  readonly random: Random
  readonly plan: Plan
  /** When the faults end. */
  readonly calmAt: number
  readonly publish: (fact: Fact) => void
  readonly log: (line: () => string) => void
}

/** After these times from its exit a shim tries to publish it again, ms. */
const shimRetries = [1_000, 3_000, 6_000, 10_000, 15_000, 21_000]

export const createContainerd = ({ clock, random, plan, calmAt, publish, log }: ContainerdEnv): Containerd => {
  const rows = new Map<ContainerKey, ContainerRow>()
  const shims = new Map<ContainerKey, Shim>()
  const runs: TrueRun[] = []
  const serials = new Map<ContainerKey, number>()
  let up = true
  let daemon = 1
  /** Counts the boots of the host: a shim of an earlier one says nothing any more. */
  let boot = 1
  const { faults } = plan
  const isCalm = (): boolean => clock.now() >= calmAt
  const rolls = (probability: number): boolean => !isCalm() && random.chance(probability)
  /** Something that hangs, not beyond the end of the faults. */
  const hang = (worst: number): number => Math.min(random.int(2_000, worst), Math.max(0, calmAt - clock.now()) + random.int(0, 500))

  /** A shim publishes by way of containerd, and keeps trying for a while when that is down. */
  const tell = (fact: Fact, tries: ReadonlyArray<number> = shimRetries, mine: number = boot): void => {
    if (mine !== boot) return
    if (up) return publish(fact)
    const [next, ...more] = tries
    if (next !== undefined) clock.after(next, () => tell(fact, more.map((at) => at - next), mine))
  }

  const stop = (run: TrueRun, code: number): void => {
    run.status = 'stopped'
    run.exit = { code, at: exactly(), when: clock.now() }
  }
  const exactly = (): Nanos => nanos(BigInt(clock.now()) * 1_000_000n + BigInt(random.int(1, 999_999)))

  const end = (run: TrueRun, code: number): void => {
    const shim = shims.get(run.key)
    if (shim?.run !== run || run.status === 'stopped' || !shim.alive) return
    stop(run, code)
    log(() => `. exits ${describeTruth(run)}`)
    const { exit } = run
    if (exit === undefined) return
    const waits = [...shim.waits]
    shim.waits.clear()
    for (const ended of waits) ended({ _tag: 'Exited', code, exitedAt: exit.at })
    const isVague = random.chance(faults.timeless)
    const pid = isVague && random.chance(0.5) ? 0 : run.pid
    tell({ _tag: 'TaskExited', container: run.key, processId: run.id, pid, code, exitedAt: isVague ? undefined : exit.at })
  }

  const gone = (shim: Shim, by: Caller): void => {
    const { run } = shim
    if (run === undefined) return
    if (run.exit === undefined) stop(run, 137)
    run.deletedAt = clock.now()
    run.deletedBy = by
    shim.run = undefined
    log(() => `. task gone ${describeTruth(run)}`)
  }

  const leave = (shim: Shim): void => {
    const waiting = shim.queue.splice(0)
    shim.busy = false
    for (const go of waiting) go()
  }

  const forget = (shim: Shim): void => {
    if (shims.get(shim.key) === shim) shims.delete(shim.key)
  }

  const remove: Containerd['delete'] = (key, by, done) => {
    const ours = daemon
    let given = false
    let answered = false
    const reply = (outcome: DeleteEnd): void => {
      if (answered || ours !== daemon || !up) return
      answered = true
      done(outcome)
    }
    const go = (): void => {
      if (given) return
      const shim = shims.get(key)
      if (!rows.has(key) || shim === undefined) return reply(notFound)
      if (!shim.alive) {
        forget(shim)
        return reply(failed('ShimClosed', 'ttrpc: closed'))
      }
      if (shim.busy) {
        shim.queue.push(go)
        return
      }
      const { run } = shim
      if (run === undefined) {
        forget(shim)
        return reply(notFound)
      }
      if (run.status === 'running' || run.status === 'paused') return reply(failed('Other', 'task must be stopped'))
      if (rolls(faults.deleteFails)) return reply(failed('Other', 'failed to unmount target: device or resource busy'))
      shim.busy = true
      const takes = rolls(faults.deleteHangs) ? hang(120_000) : random.delay(30, 900, 0.05)
      clock.after(takes, () => {
        if (!shim.alive || shim.run !== run) {
          reply(failed('ShimClosed', 'ttrpc: closed'))
          return leave(shim)
        }
        const had = run.exit ?? { code: 137, at: exactly() }
        gone(shim, by)
        tell({ _tag: 'TaskDeleted', container: key, pid: run.pid, code: had.code, exitedAt: had.at })
        // The answer of the shim reaches nobody when its caller gave up: then nobody tells the shim to go, and it stays.
        if (!given && ours === daemon && up) {
          if (!rolls(faults.shimForgotten)) shim.alive = false
          forget(shim)
          reply({ _tag: 'Deleted', code: had.code, exitedAt: had.at })
        }
        leave(shim)
      })
    }
    go()
    return () => {
      given = true
    }
  }

  const kill: Containerd['kill'] = (key, by, done) => {
    const shim = shims.get(key)
    const ours = daemon
    const reply = (outcome: KillEnd): void => {
      if (ours === daemon && up) done(outcome)
    }
    if (!rows.has(key) || shim?.run === undefined) return reply({ _tag: 'Gone' })
    if (!shim.alive) return reply(failed('ShimClosed', 'ttrpc: closed'))
    const { run } = shim
    if (run.status !== 'stopped') {
      log(() => `. killed by ${by}: ${describeTruth(run)}`)
      end(run, 137)
    }
    clock.after(rolls(faults.killHangs) ? hang(60_000) : random.int(1, 10), () => reply({ _tag: 'Gone' }))
  }

  /** The connection to a dead shim is closed: whatever waits for it fails, and containerd makes up what nobody can tell any more. */
  const killShim = (run: TrueRun): void => {
    const shim = shims.get(run.key)
    if (shim?.run !== run || !shim.alive) return
    shim.alive = false
    run.blurred = true
    if (run.exit === undefined) stop(run, 137)
    log(() => `. shim killed of ${describeTruth(run)}`)
    const waits = [...shim.waits]
    shim.waits.clear()
    for (const ended of waits) ended(failed('ShimClosed', 'ttrpc: closed'))
    leave(shim)
    const at = exactly()
    const pid = random.chance(0.5) ? 0 : run.pid
    clock.after(random.int(1, 300), () => {
      gone(shim, 'containerd')
      if (shims.get(run.key) !== shim) return
      forget(shim)
      if (!up) return
      publish({ _tag: 'TaskExited', container: run.key, processId: run.id, pid, code: 137, exitedAt: at })
      publish({ _tag: 'TaskDeleted', container: run.key, pid, code: 137, exitedAt: at })
    })
  }

  const crash = (): void => {
    up = false
    daemon += 1
    log(() => '. containerd is down')
    for (const shim of shims.values()) {
      const waits = [...shim.waits]
      shim.waits.clear()
      for (const ended of waits) ended(failed('Disconnected', 'connection lost'))
    }
  }

  /** Shims are found again; those in which nothing runs any more are cleaned up, STOPPED task or not. */
  const comeUp = (): void => {
    up = true
    log(() => '. containerd is up')
    for (const shim of [...shims.values()]) {
      const { run } = shim
      if (shim.alive && run !== undefined && run.status !== 'stopped') continue
      forget(shim)
      if (run !== undefined) {
        run.blurred = true
        gone(shim, 'containerd')
        if (shim.alive && run.exit !== undefined && random.chance(0.5)) {
          const { code, at } = run.exit
          const mine = boot
          clock.after(
            random.int(0, 6_000),
            () => tell({ _tag: 'TaskDeleted', container: run.key, pid: run.pid, code, exitedAt: at }, [], mine),
          )
        }
      }
      shim.alive = false
      leave(shim)
    }
  }

  return {
    rows,
    shims,
    runs,
    isUp: () => up,
    hostBoot: () => boot,
    get: (key) => viewOf(rows.has(key) ? shims.get(key) : undefined, plan.hungGet) ?? notFound,
    wait: (key, ended) => {
      const shim = shims.get(key)
      if (!rows.has(key) || shim?.run === undefined || !shim.alive) {
        ended(notFound)
        return () => {}
      }
      const { exit } = shim.run
      if (exit !== undefined) {
        ended({ _tag: 'Exited', code: exit.code, exitedAt: exit.at })
        return () => {}
      }
      shim.waits.add(ended)
      return () => void shim.waits.delete(ended)
    },
    delete: remove,
    kill,
    list: (namespace) =>
      [...shims.values()].flatMap((shim): ReadonlyArray<ListedTask> => {
        const [of, id] = parts(shim.key)
        const task = viewOf(shim, plan.hungGet)
        return of !== namespace || task === undefined || task._tag === 'NotFound' || task._tag === 'Failed' ? [] : [{ id, task }]
      }),
    createTask: (key, pid) => {
      if (!up || !rows.has(key) || shims.has(key)) return undefined
      const serial = (serials.get(key) ?? 0) + 1
      serials.set(key, serial)
      const [, id] = parts(key)
      const run: TrueRun = {
        key,
        id,
        pid,
        serial,
        boot,
        createdAt: clock.now(),
        status: 'created',
        startedAt: undefined,
        exit: undefined,
        blurred: false,
        oomKills: 0,
        deletedAt: undefined,
        deletedBy: undefined,
      }
      runs.push(run)
      shims.set(key, { key, run, of: run, alive: true, busy: false, queue: [], waits: new Set() })
      log(() => `. created ${describeTruth(run)}`)
      publish({ _tag: 'TaskCreated', container: key, pid })
      return run
    },
    start: (run) => {
      if (!up || run.status !== 'created' || shims.get(run.key)?.run !== run) return
      run.status = 'running'
      run.startedAt = clock.now()
      publish({ _tag: 'TaskStarted', container: run.key, pid: run.pid })
    },
    end,
    killShim,
    oom: (run) => {
      if (run.status !== 'running') return
      run.oomKills += 1
      tell({ _tag: 'TaskOomed', container: run.key })
    },
    crash,
    boot: comeUp,
    powerCut: () => {
      boot += 1
      for (const shim of shims.values()) {
        shim.alive = false
        if (shim.run !== undefined) shim.run.blurred = true
        gone(shim, 'containerd')
      }
      shims.clear()
    },
  }
}
