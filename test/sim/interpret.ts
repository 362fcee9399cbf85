/**
 * Carries effects out against the simulated containerd: each call travels there, is answered or not, and its answer travels back, while
 * either side may go down. Reads fail now and then; what destroys is never repeated and never cut off, unless the machine says so.
 */
import type { ContainerKey, Effect, Failure, ImageSettled, NriSettled, ReaperEvent, State } from '../../core/index.ts'
import { millis } from '../../core/index.ts'
import { createCalls } from './calls.ts'
import type { Clock } from './clock.ts'
import type { Containerd } from './truth.ts'
import type { Disk } from './disk.ts'
import type { Checker, Destructive } from './hooks.ts'
import type { Others, SandboxEnd } from './others.ts'
import type { Plugins } from './plugins.ts'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'
import type { CleanUpEnd, DeleteEnd, KillEnd, Load, TrueRun, WatchEnd } from './truth.ts'
import { failed } from './truth.ts'

export interface Interpreter {
  readonly interpret: (effect: Effect, life: number, state: State) => void
  /** containerd went down: whatever was asked of it ends without an answer. */
  readonly disconnected: () => void
  /** Our process died: containerd notices, and gives up what it was doing for us. */
  readonly crash: () => void
  /** No call is on its way, other than Waits. */
  readonly isIdle: () => boolean
}

export interface InterpreterEnv {
  readonly clock: Clock
  readonly random: Random
  readonly plan: Plan
  readonly calmAt: number
  readonly containerd: Containerd
  readonly others: Others
  readonly disk: Disk
  readonly plugins: Plugins
  readonly hooks: Required<Checker>
  readonly life: () => number
  readonly post: (event: ReaperEvent) => void
}

const disconnected = failed('Disconnected', 'connection lost')

export const createInterpreter = (env: InterpreterEnv): Interpreter => {
  const { clock, random, plan, calmAt, containerd, others, disk, plugins, hooks, life, post } = env
  const { faults } = plan
  let serial = 0
  const isCalm = (): boolean => clock.now() >= calmAt
  const rolls = (probability: number): boolean => !isCalm() && random.chance(probability)
  const travel = (): number => random.delay(6, 3_000, isCalm() ? 0 : faults.slowCalls)
  const calls = createCalls({ clock, random, travel, isUp: containerd.isUp, life })
  const { call, later } = calls
  /** What containerd has no part in. */
  const byItself = (slow: number, mine: number, told: () => void): void =>
    later(rolls(slow) ? random.int(2_000, 30_000) : random.int(1, 50), () => (mine === life() ? told() : undefined))
  const at = (): ReturnType<typeof millis> => millis(clock.now())

  const mistaken = (): Failure | undefined => {
    if (rolls(faults.shimUnavailable)) return failed('Unavailable', 'shim unreachable')
    if (!rolls(faults.readFails)) return undefined
    return random.pick([failed('TimedOut', 'context deadline exceeded'), failed('Other', 'unknown error'), disconnected])
  }

  const read = <A>(mine: number, look: () => A, tell: (a: A | Failure) => void): void => {
    serial += 1
    call<A | Failure>({
      name: `read ${serial}`,
      mine,
      lost: disconnected,
      serve: (reply) => {
        const mistake = mistaken()
        reply(mistake ?? look())
      },
      answered: tell,
    })
  }

  const destroy = <A>(
    effect: Destructive,
    mine: number,
    lost: A,
    start: (reply: (answer: A) => void) => (() => void) | void,
    tell: (answer: A) => void,
  ): void => {
    call<A>({
      name: nameOf(effect),
      mine,
      lost,
      serve: (reply) => {
        hooks.served(effect, taskAt(effect.container))
        return start(reply)
      },
      answered: (answer) => {
        hooks.settled(effect)
        tell(answer)
      },
    })
  }
  /** What a call that names this id would find. */
  const taskAt = (key: ContainerKey): TrueRun | undefined => {
    const shim = containerd.rows.has(key) ? containerd.shims.get(key) : undefined
    return shim?.alive === true ? shim.run : undefined
  }
  const nameOf = ({ container, call: id }: { readonly container: ContainerKey; readonly call: number }): string =>
    `destroy ${container} ${id}`

  const watch = (container: ContainerKey, id: Extract<Effect, { _tag: 'WatchTask' }>['call'], mine: number): void => {
    call<WatchEnd>({
      name: `watch ${container} ${id}`,
      mine,
      isWait: true,
      lost: disconnected,
      serve: (reply, here) => {
        let pid = 0
        let ended = false
        const stop = containerd.wait(container, (end) => {
          ended = true
          reply(end._tag === 'Exited' ? { ...end, pid } : end)
        })
        // The Get that says which run the Wait is bound to: it may fail, and after the end it says nothing.
        clock.after(travel() + 1, () => {
          if (ended || !here() || !containerd.isUp() || mistaken() !== undefined) return
          const seen = containerd.get(container)
          if ('pid' in seen) pid = seen.pid
        })
        if (!ended && rolls(faults.waitFails)) {
          clock.after(random.int(10, 20_000), () => {
            if (ended || !here()) return
            ended = true
            stop()
            reply(failed('Other', 'transport is closing'))
          })
        }
        return stop
      },
      answered: (outcome) => post({ _tag: 'WatchSettled', container, call: id, outcome, at: at() }),
    })
  }

  const interpret = (effect: Effect, mine: number): void => {
    switch (effect._tag) {
      case 'Persist': {
        const { owner, call: id, records, release } = effect
        return disk.write(records, (error) => {
          if (error === undefined) { for (const { announcement, _tag } of release) hooks.released(announcement, _tag) }
          const outcome = error === undefined ? { _tag: 'Durable' } as const : failed('Other', error)
          later(random.int(0, 3), () => {
            if (mine === life()) post({ _tag: 'PersistSettled', owner, call: id, outcome, at: at() })
          })
        })
      }
      case 'LoadContainer':
        return read(mine, () => {
          const row = containerd.rows.get(effect.container)
          if (row === undefined) return { _tag: 'NotFound' } as const
          return row.ours || !plan.policy.selective ? { _tag: 'Found', metadata: row.metadata } as const : { _tag: 'NotOurs' } as const
        }, (outcome) => post({ _tag: 'ContainerSettled', container: effect.container, call: effect.call, outcome, at: at() }))
      case 'LoadTask':
        return read<Load>(mine, () => {
          hooks.looked(effect)
          return containerd.get(effect.container)
        }, (outcome) => post({ _tag: 'LoadSettled', container: effect.container, call: effect.call, outcome, at: at() }))
      case 'ReadOomKills':
        return read(mine, () => {
          const run = containerd.shims.get(effect.container)?.run
          return run === undefined ? failed('Other', 'no metrics') : { _tag: 'Counted', kills: BigInt(run.oomKills) } as const
        }, (outcome) => post({ _tag: 'OomKillsSettled', container: effect.container, call: effect.call, outcome, at: at() }))
      case 'WatchTask':
        return watch(effect.container, effect.call, mine)
      case 'UnwatchTask':
        return calls.giveUp(`watch ${effect.container} ${effect.call}`)
      case 'NotifyNriExit': {
        const settled = (outcome: NriSettled['outcome']): void => {
          if (mine === life()) post({ _tag: 'NriSettled', container: effect.container, call: effect.call, outcome, at: at() })
        }
        if (plugins.exited !== undefined) return plugins.exited(effect.run, settled)
        const outcome = rolls(0.2)
          ? failed('Other', 'plugin error')
          : random.pick<NriSettled['outcome']>([{ _tag: 'Delivered' }, { _tag: 'NoneListening' }])
        return byItself(faults.nriSlow, mine, () => settled(outcome))
      }
      case 'DrainIo': {
        const outcome = rolls(0.2) ? failed('TimedOut', 'a writer never closes') : { _tag: 'Drained' } as const
        return byItself(
          faults.ioSlow,
          mine,
          () => post({ _tag: 'DrainSettled', container: effect.container, call: effect.call, outcome, at: at() }),
        )
      }
      case 'KillTask':
        return destroy<KillEnd>(
          effect,
          mine,
          disconnected,
          (reply) => containerd.kill(effect.container, 'us', reply),
          (outcome) => post({ _tag: 'KillSettled', container: effect.container, call: effect.call, outcome, at: at() }),
        )
      case 'DeleteTask':
        return destroy<DeleteEnd>(
          effect,
          mine,
          disconnected,
          (reply) => containerd.delete(effect.container, 'us', reply),
          (outcome) => post({ _tag: 'DeleteSettled', container: effect.container, call: effect.call, outcome, at: at() }),
        )
      case 'CleanUpTask':
        return destroy<DeleteEnd>(effect, mine, disconnected, (reply) => containerd.delete(effect.container, 'us', reply), (end) => {
          const outcome: CleanUpEnd = end._tag === 'Deleted' ? { _tag: 'CleanedUp' } : end
          post({ _tag: 'CleanUpSettled', container: effect.container, call: effect.call, outcome, at: at() })
        })
      case 'CancelCall': {
        const { container, call: id } = effect
        calls.giveUp(nameOf(effect))
        hooks.settled({ _tag: 'DeleteTask', container, call: id })
        return
      }
      case 'WatchSandbox':
        return call<SandboxEnd>({
          name: `sandbox ${effect.sandbox} ${effect.call}`,
          mine,
          isWait: true,
          lost: disconnected,
          serve: (reply) => others.wait(effect.sandbox, reply),
          answered: (outcome) => post({ _tag: 'SandboxWatchSettled', sandbox: effect.sandbox, call: effect.call, outcome, at: at() }),
        })
      case 'RefreshImage':
        return call<ImageSettled['outcome']>({
          name: `image ${effect.image} ${effect.call}`,
          mine,
          lost: disconnected,
          serve: (reply) => reply(mistaken() ?? others.image(effect.image)),
          answered: (outcome) => post({ _tag: 'ImageSettled', image: effect.image, call: effect.call, outcome, at: at() }),
        })
      case 'CloseIo':
      case 'SignalStopped':
      case 'EmitContainerEvent':
      case 'SetTimer':
      case 'CancelTimer':
        return
    }
  }

  return { interpret, disconnected: calls.disconnected, crash: calls.crash, isIdle: calls.isIdle }
}
