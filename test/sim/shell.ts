/**
 * A simulated shell: one state, one event at a time, timers, the disk, and a connection to containerd that is opened again and again.
 * It keeps the contract of the core's surface, and dies when it is told to, with everything that was not on disk.
 */
import type { ContainerKey, Effect, Owner, ReaperEvent, State } from '../../core/index.ts'
import { containerKey, initial, millis, parts, replayRecords, resume, step } from '../../core/index.ts'
import type { Clock } from './clock.ts'
import type { Containerd } from './truth.ts'
import type { Disk } from './disk.ts'
import type { Checker } from './hooks.ts'
import type { Others } from './others.ts'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'
import type { Stream } from './stream.ts'

/** How the rest of the world reaches the process that lives at the moment. */
export interface Shell {
  /** Hands an event in; nothing happens when the process that asked for it, or was told, is not there any more. */
  readonly post: (event: ReaperEvent) => void
  /** Number of the present life, 0 while the process is down. */
  readonly life: () => number
  readonly state: () => State | undefined
  /** `earlierBoot`: how many rows were written before the host was started last. */
  readonly start: (bootId: string, earlierBoot: number) => void
  readonly crash: () => void
  /** containerd went down, or the stream broke: connect again. */
  readonly disconnected: () => void
  readonly relistNow: () => void
  /** No timer is running and no listing is under way. */
  readonly isIdle: () => boolean
}

export interface ShellEnv {
  readonly clock: Clock
  readonly random: Random
  readonly plan: Plan
  readonly calmAt: number
  readonly containerd: Containerd
  readonly others: Others
  readonly stream: Stream
  readonly disk: Disk
  readonly hooks: Required<Checker>
  /** Starts an effect other than a timer. */
  readonly interpret: (effect: Effect, life: number, state: State) => void
  readonly log: (event: ReaperEvent | undefined, effects: ReadonlyArray<Effect>) => void
}

export const ownerText = (owner: Owner): string => `${owner._tag} ${owner.key}`

/** Time between two listings when nothing else calls for one. */
const slowPeriodMs = 60_000

export const createShell = (env: ShellEnv): Shell => {
  const { clock, random, plan, calmAt, containerd, others, stream, disk, hooks } = env
  const react = step(plan.policy)
  let lives = 0
  let life = 0
  let state: State | undefined
  let listings = 0
  const timers = new Map<string, () => void>()
  const { faults } = plan
  const isCalm = (): boolean => clock.now() >= calmAt

  const setTimer = (effect: Extract<Effect, { _tag: 'SetTimer' }>): void => {
    const { owner, call, delayMs, jitter } = effect
    const name = `${ownerText(owner)} ${call}`
    const mine = life
    const due = jitter ? random.int(Math.floor(delayMs / 2), delayMs) : delayMs
    const cancel = clock.after(due, () => {
      timers.delete(name)
      // It stands in the mailbox for a moment: called off now, it comes all the same.
      clock.after(random.int(0, 3), () => {
        if (mine === life) post({ _tag: 'TimerFired', owner, call, at: millis(clock.now()) })
      })
    })
    timers.set(name, cancel)
  }

  const perform = (effects: ReadonlyArray<Effect>, asker: State): void => {
    const mine = life
    for (const effect of effects) {
      hooks.asked(effect, asker)
      if (effect._tag === 'SetTimer') setTimer(effect)
      else if (effect._tag === 'CancelTimer') {
        const name = `${ownerText(effect.owner)} ${effect.call}`
        timers.get(name)?.()
        timers.delete(name)
      } else env.interpret(effect, mine, asker)
    }
  }

  const post = (event: ReaperEvent): void => {
    const before = state
    if (before === undefined) return
    hooks.told(event, before)
    const [after, effects] = react(event, before)
    env.log(event, effects)
    state = after
    hooks.stepped(event, before, after, effects)
    perform(effects, after)
  }

  const connect = (mine: number): void => {
    if (mine !== life || stream.isOpen()) return
    if (!containerd.isUp()) return void clock.after(random.int(100, 1_000), () => connect(mine))
    stream.subscribe()
    for (const namespace of plan.namespaces) relist(mine, namespace)
  }

  /** Not one moment: records first, tasks a little later, and the answer later still. */
  const relist = (mine: number, namespace: string): void => {
    listings += 1
    const done = (): void => {
      listings -= 1
    }
    const again = (): void => {
      clock.after(500, () => {
        done()
        if (mine === life && stream.isOpen()) relist(mine, namespace)
      })
    }
    clock.after(random.int(1, 20), () => {
      if (mine !== life || !containerd.isUp() || (!isCalm() && random.chance(faults.readFails))) return again()
      const containers = [...containerd.rows].flatMap(([key, { metadata, ours }]) => {
        const [of, id] = parts(key)
        return of === namespace && (ours || !plan.policy.selective) ? [{ id, metadata }] : []
      })
      const sandboxes = plan.sandboxes === 0 ? undefined : others.list(namespace)
      clock.after(random.delay(5, 300, 0.1), () => {
        if (mine !== life || !containerd.isUp()) return again()
        const tasks = containerd.list(namespace)
        clock.after(random.delay(10, 2_000, isCalm() ? 0 : faults.slowCalls), () => {
          done()
          if (mine === life) post({ _tag: 'Relisted', namespace, containers, tasks, sandboxes, at: millis(clock.now()) })
        })
      })
    })
  }

  const relistNow = (): void => {
    if (life !== 0 && stream.isOpen()) { for (const namespace of plan.namespaces) relist(life, namespace) }
  }

  const tick = (mine: number): void => {
    clock.after(slowPeriodMs, () => {
      if (mine !== life) return
      relistNow()
      tick(mine)
    })
  }

  return {
    post,
    life: () => life,
    state: () => state,
    relistNow,
    start: (bootId, earlierBoot) => {
      if (life !== 0) return
      lives += 1
      life = lives
      const rows = disk.rows()
      const restored = rows.length === 0 ? initial(bootId) : replayRecords(bootId, rows, earlierBoot, millis(clock.now()))
      state = restored
      hooks.resumed(restored)
      const effects = resume(plan.policy)(restored, millis(clock.now()))
      env.log(undefined, effects)
      perform(effects, restored)
      connect(life)
      tick(life)
    },
    crash: () => {
      life = 0
      state = undefined
      for (const cancel of timers.values()) cancel()
      timers.clear()
      stream.breakOff()
      disk.crash()
      hooks.crashed()
    },
    disconnected: () => {
      stream.breakOff()
      const mine = life
      if (mine !== 0) clock.after(random.int(100, 1_000), () => connect(mine))
    },
    isIdle: () => timers.size === 0 && listings === 0,
  }
}

export const keyOf = (namespace: string, id: string): ContainerKey => containerKey(namespace, id)
