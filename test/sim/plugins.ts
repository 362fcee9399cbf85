/**
 * NRI plugins of a simulated reaper, and the host between: plugins register, hang, answer late, die and come back, and the host tells one
 * after the other, gives up who does not answer within a request's time, and lets nobody wait longer than that for all of them together.
 * A model of shell/nri, for promises cannot be driven by a simulated clock; what it holds to its rules is the machine.
 */
import type { NriSettled, RunId } from '../../core/index.ts'
import type { Clock } from './clock.ts'
import type { Checker } from './hooks.ts'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'
import { failed } from './truth.ts'

type Outcome = NriSettled['outcome']

export interface Plugins {
  /** Tells of an exit, and says once what became of it. undefined: this world has no plugins. */
  readonly exited: ((run: RunId, told: (outcome: Outcome) => void) => void) | undefined
  /** What they see of the world: the death of the process that hosts them, and its writes. */
  readonly inside: Checker
}

export interface PluginsEnv {
  readonly clock: Clock
  readonly random: Random
  readonly plan: Plan
  readonly calmAt: number
  readonly hooks: () => Required<Checker>
}

interface Plugin {
  readonly name: string
  /** Raised when its connection ends. */
  session: number
  isRegistered: boolean
  /** Asked one thing at a time: what waits, by what is to be done when its turn comes. */
  lane: Array<() => void>
  isBusy: boolean
}

/** The time of one request, which is also the longest that all of them together delay a handling, ms. */
export const requestMs = 2_000

export const createPlugins = ({ clock, random, plan, calmAt, hooks }: PluginsEnv): Plugins => {
  const { faults } = plan
  const rolls = (probability: number): boolean => clock.now() < calmAt && random.chance(probability)
  /** Raised when the process dies. */
  let life = 0
  const plugins = Array.from({ length: plan.plugins }, (_, place): Plugin => ({
    name: `0${place + 1}-plugin`,
    session: 0,
    isRegistered: false,
    lane: [],
    isBusy: false,
  }))
  /** Runs that have been told of in this life and are not written down as told yet. */
  const told = new Map<string, { outcome: Outcome | undefined; readonly waiting: Array<(outcome: Outcome) => void> }>()

  const register = (plugin: Plugin): void => {
    const mine = life
    clock.after(random.delay(300, 20_000, 0.3), () => {
      if (mine !== life || plugin.isRegistered) return
      plugin.isRegistered = true
    })
  }
  /** Its connection has ended: whatever waited for it is over, and it comes back some time. */
  const end = (plugin: Plugin): void => {
    const waiting = plugin.lane
    plugin.session += 1
    plugin.isRegistered = false
    plugin.lane = []
    plugin.isBusy = false
    for (const goOn of waiting) goOn()
  }
  const give = (plugin: Plugin): void => {
    const next = plugin.lane.shift()
    plugin.isBusy = next !== undefined
    next?.()
  }

  /** Asks one plugin, when its turn comes; `done` when it has answered or is gone. */
  const ask = (plugin: Plugin, run: RunId, done: () => void): void => {
    const { session } = plugin
    const settle = (after: number, isEnd: boolean): void =>
      void clock.after(after, () => {
        if (session !== plugin.session) return
        if (isEnd) {
          end(plugin)
          register(plugin)
        } else give(plugin)
        done()
      })
    const begin = (): void => {
      if (session !== plugin.session) return done()
      hooks().pluginTold(plugin.name, run)
      if (rolls(faults.pluginHangs)) return settle(requestMs, true)
      if (rolls(faults.pluginDies)) return settle(random.int(0, requestMs - 1), true)
      settle(rolls(faults.pluginLate) ? random.int(100, requestMs - 1) : random.int(1, 20), false)
    }
    if (plugin.isBusy) return void plugin.lane.push(begin)
    plugin.isBusy = true
    begin()
  }
  const tellAll = (run: RunId, done: () => void): void => {
    const meant = plugins.filter(({ isRegistered }) => isRegistered)
    const sessions = meant.map(({ session }) => session)
    const mine = life
    const next = (place: number): void => {
      if (mine !== life) return // the process died, and with it whatever it had still to tell
      const plugin = meant[place]
      if (plugin === undefined) return done()
      if (plugin.session !== sessions[place]) return next(place + 1)
      ask(plugin, run, () => next(place + 1))
    }
    next(0)
  }

  const exited = (run: RunId, settled: (outcome: Outcome) => void): void => {
    const name = runKey(run)
    const known = told.get(name)
    if (known !== undefined) {
      if (known.outcome === undefined) known.waiting.push(settled)
      else settled(known.outcome)
      return
    }
    const telling = { outcome: undefined as Outcome | undefined, waiting: [settled] }
    told.set(name, telling)
    const mine = life
    const finish = (outcome: Outcome): void => {
      if (mine !== life || telling.outcome !== undefined) return
      telling.outcome = outcome
      for (const wake of telling.waiting) wake(outcome)
    }
    clock.after(requestMs, () => finish(failed('TimedOut', 'plugins take long, and are told all the same')))
    // The record is read first; of a containerd that is slow, too late for anybody to wait.
    clock.after(rolls(faults.slowCalls) ? random.int(100, 5_000) : random.int(1, 20), () => {
      if (mine !== life) return
      if (plugins.every(({ isRegistered }) => !isRegistered)) return finish({ _tag: 'NoneListening' })
      tellAll(run, () => finish({ _tag: 'Delivered' }))
    })
  }

  return {
    exited: plugins.length === 0 ? undefined : exited,
    inside: {
      asked: (effect) => {
        if (effect._tag !== 'Persist') return
        for (const record of effect.records) {
          if (record._tag === 'RunDropped' || (record._tag === 'RunRecord' && record.standing !== 'open')) told.delete(runKey(record.run))
        }
      },
      crashed: () => {
        life += 1
        told.clear()
        for (const plugin of plugins) end(plugin)
      },
      resumed: () => {
        for (const plugin of plugins) register(plugin)
      },
    },
  }
}

const runKey = ({ namespace, id, generation }: RunId): string => `${namespace}/${id}#${generation}`
