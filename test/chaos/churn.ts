/** Containers that come and go under ids that are used again, each ending in its own way, a few at a time. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../sim/random.ts'
import { cleanedAtStart, type Containerd, type Ctr, isAlive, makeGate, signalShim, type SlowRunc } from '../support/containerd/index.ts'
import { taskFolder } from '../support/containerd/sweep.ts'
import type { StoppedLine } from '../support/reaper.ts'
import { waitFor } from '../support/wait_for.ts'
import type { Lives } from './lives.ts'
import type { Turnstile } from './turnstile.ts'

/**
 * `plain` exits, `killed` is killed, `hangs` has a delete that hangs, `shot` loses its shim, `stopped` has a shim that stands still while
 * it exits, and goes on later. `beside` is started by a client that deletes it itself, as soon as it can.
 */
export type How = 'plain' | 'killed' | 'hangs' | 'shot' | 'stopped' | 'beside'

/** A run that ended. */
export interface Ended {
  readonly id: string
  readonly pid: number
  readonly how: How
  readonly code: number
  /** When it was started and told to end, wall clock, ms. */
  readonly startedAt: number
  readonly endedAt: number
  /** undefined: it was never told, for containerd threw the run away when it started, before anybody had seen it. */
  readonly line: StoppedLine | undefined
}

export interface ChurnOptions {
  readonly daemon: Containerd
  readonly ctr: Ctr
  readonly runc: SlowRunc
  readonly lives: Lives
  /**
   * containerd is not killed during a start, or while a shim is stopped, for which it would take it for dead. The program is not killed, nor
   * its connection cut, while somebody else deletes a task that it may not have written down yet: of that nobody could tell.
   */
  readonly containerdStays: Turnstile
  readonly programStays: Turnstile
  readonly connectionStays: Turnstile
  readonly hangSeconds: number
}

/** Starts, ends and awaits one run; its record is deleted afterwards, so that the id can be used again. */
export const runOnce = async (options: ChurnOptions, id: string, how: How, code: number, serial: number): Promise<Ended> => {
  const { daemon, ctr, runc, lives, containerdStays, programStays, connectionStays, hangSeconds } = options
  const startedAt = Date.now()
  const gate = makeGate(daemon.rootfs, `${ctr.namespace}-${serial}`)
  const command = `${gate.wait}; exit ${code}`
  const pidOf = (): number => Number(readFileSync(join(taskFolder(daemon.dir), ctr.namespace, id, 'init.pid'), 'utf8'))
  const of = (pid: number, endedAt: number, truth: number, line: StoppedLine | undefined): Ended => ({
    id,
    pid,
    how,
    code: truth,
    startedAt,
    endedAt,
    line,
  })
  // A run that containerd threw away may still have been seen before that; if not, nobody can tell of it.
  const told = async (pid: number): Promise<StoppedLine | undefined> => {
    const early = await lives.toldOf(id, pid, 20_000).catch(() => undefined)
    if (early !== undefined || cleanedAtStart(daemon, id, startedAt)) return early
    return await lives.toldOf(id, pid)
  }
  // The bundle of the run before goes a moment after its task; what a start that failed leaves is in the way of the next.
  const start = (): Promise<unknown> =>
    waitFor(async () => {
      await ctr.run(id, { command, ...(how === 'hangs' ? { runcBinary: runc.path } : {}) }).catch(async (error: unknown) => {
        await ctr.containerDelete(id).catch(() => undefined)
        throw error
      })
      return true
    }, { what: `${id} to be started` })

  const beside = async (): Promise<Ended> => {
    const client = ctr.runRm(id, { command })
    const pid = await waitFor(pidOf, { what: `${id} to be started by a client beside us`, everyMs: 5 })
    await waitFor(async () => (await ctr.taskList()).some((task) => task.id === id && task.status === 'RUNNING'), { what: `${id} to run` })
    gate.open()
    const endedAt = Date.now()
    await client.done
    return of(pid, endedAt, code, await lives.toldOf(id, pid))
  }
  const stopped = async (): Promise<Ended> => {
    const pid = pidOf()
    signalShim(daemon, ctr.namespace, id, 'SIGSTOP')
    process.kill(pid, 'SIGKILL')
    const before = lives.lines().length
    await waitFor(() => lives.lines().length >= before + 3, { what: 'others to be told meanwhile', timeoutMs: 3_000 }).catch(() =>
      undefined
    )
    signalShim(daemon, ctr.namespace, id, 'SIGCONT')
    const endedAt = Date.now()
    return of(pid, endedAt, 137, await lives.toldOf(id, pid))
  }
  const ordinary = async (): Promise<Ended> => {
    const pid = pidOf()
    const endedAt = Date.now()
    if (how === 'hangs') runc.hang(id, hangSeconds)
    if (how === 'killed') process.kill(pid, 'SIGKILL')
    else if (how === 'shot') signalShim(daemon, ctr.namespace, id, 'SIGKILL')
    else gate.open()
    if (how !== 'shot') await waitFor(() => !isAlive(pid), { what: `${id} to exit`, everyMs: 5 })
    return of(pid, endedAt, how === 'killed' || how === 'shot' ? 137 : code, await told(pid))
  }

  try {
    if (how === 'beside') return await programStays.pass(() => connectionStays.pass(() => containerdStays.pass(beside)))
    if (how === 'shot') return await programStays.pass(() => containerdStays.pass(() => start().then(ordinary)))
    if (how === 'stopped') return await containerdStays.pass(() => start().then(stopped))
    await containerdStays.pass(start)
    return await ordinary()
  } finally {
    gate.close()
    runc.release(id)
    await containerdStays.pass(() => ctr.containerDelete(id).catch(() => undefined))
  }
}

/** `runs` runs under a quarter as many ids, `width` at a time; `ways` says how often each comes, and at least once. */
export const churn = async (
  options: ChurnOptions,
  random: Random,
  { name, runs, width, ways }: {
    readonly name: string
    readonly runs: number
    readonly width: number
    readonly ways: readonly [How, ...ReadonlyArray<How>]
  },
): Promise<ReadonlyArray<Ended>> => {
  const ended: Array<Ended> = []
  const free = Array.from({ length: Math.max(width, Math.ceil(runs / 4)) }, (_, place) => `${name}${place + 1}`)
  let begun = 0
  const worker = async (): Promise<void> => {
    while (begun < runs) {
      begun += 1
      const serial = begun
      const id = free.shift() ?? `${name}-extra${serial}`
      const how = ways[serial - 1] ?? random.pick(ways)
      ended.push(await runOnce(options, id, how, random.int(0, 120), serial + (name.charCodeAt(0) << 16)))
      free.push(id)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  return ended
}
