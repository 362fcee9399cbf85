/**
 * A whole world from one seed: containerd, its other clients, the wires and the disk between, and the machine in the middle. First comes a
 * time of faults, then a calm one in which everything has to come right. Nothing here is decided by anything but the seed.
 */
import type { Effect, ReaperEvent } from '../../core/index.ts'
import { describeEffect, describeEvent } from '../../core/index.ts'
import { checkersOf } from './checkers/all.ts'
import { createClients } from './clients.ts'
import type { Clock } from './clock.ts'
import { clockAt } from './clock.ts'
import { createContainerd } from './containerd.ts'
import { createCri } from './cri.ts'
import { createDisk } from './disk.ts'
import type { Breach, Checker, View } from './hooks.ts'
import { Broken, broken, together } from './hooks.ts'
import { createInterpreter } from './interpret.ts'
import { createListeners } from './listeners.ts'
import { createOthers } from './others.ts'
import type { Plan } from './plan.ts'
import { planOf } from './plan.ts'
import { createPlugins } from './plugins.ts'
import { randomOf } from './random.ts'
import type { Shell } from './shell.ts'
import { createShell } from './shell.ts'
import { createStream } from './stream.ts'

export interface Outcome {
  readonly seed: number
  readonly breach: Breach | undefined
  readonly events: number
  readonly announced: number
  /** Virtual time that passed, ms. */
  readonly lastedMs: number
  /** Events by their kind: what the worlds have seen at all. */
  readonly seen: ReadonlyMap<string, number>
}

export interface Options {
  /** Faults that are left out. */
  readonly without?: ReadonlySet<string>
  readonly print?: (line: string) => void
}

/** The world begins here, ms since the epoch. */
const beginning = 1_000_000_000
/** Longest time in which everything has to come right once the faults are over: two of the longest delays between attempts, and some. */
const calmMs = 1_500_000

export const runWorld = (seed: number, { without, print }: Options = {}): Outcome => {
  const plan = planOf(seed, without)
  const clock = clockAt(beginning)
  const random = randomOf(seed)
  const calmAt = beginning + plan.safetyMs
  const { faults } = plan
  const isCalm = (): boolean => clock.now() >= calmAt
  const say = (text: () => string): void => print?.(`${String(clock.now() - beginning).padStart(8)} ${text()}`)
  let events = 0
  const seen = new Map<string, number>()
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1)
  let announced = 0
  let fullUntil = 0

  const stream = createStream({
    clock,
    random: random.fork('stream'),
    plan,
    calmAt,
    deliver: (fact) => shell.post({ ...fact, at: clock.now() as ReaperEvent['at'] }),
  })
  const { publish } = stream
  const containerd = createContainerd({ clock, random: random.fork('containerd'), plan, calmAt, publish, log: say })
  const others = createOthers({ clock, random: random.fork('others'), plan, calmAt, isUp: containerd.isUp, publish })
  const clients = createClients({ clock, random: random.fork('clients'), plan, calmAt, containerd, others, publish })
  const view: View = {
    plan,
    now: clock.now,
    containerd,
    others,
    rows: () => disk.rows(),
    foreign: clients.foreign,
    relabelled: clients.relabelled,
  }
  const beside = { clock, plan, calmAt, hooks: () => hooks }
  const listeners = createListeners({ ...beside, random: random.fork('listeners') })
  const plugins = createPlugins({ ...beside, random: random.fork('plugins') })
  const cri = createCri({ ...beside, random: random.fork('cri'), containerd, rows: view.rows })
  const hooks: Required<Checker> = together([...checkersOf(view), listeners, cri, plugins.inside, counter(count, say)])
  const disk = createDisk({
    clock,
    random: random.fork('disk'),
    isFull: () => clock.now() < fullUntil,
    isSlow: () => !isCalm() && random.chance(faults.diskSlow),
    durable: (records) => {
      for (const record of records) if (record._tag === 'Announcement') announced += 1
      hooks.durable(records)
    },
  })
  const interpreter = createInterpreter({
    clock,
    random: random.fork('calls'),
    plan,
    calmAt,
    containerd,
    others,
    disk,
    plugins,
    hooks,
    life: () => shell.life(),
    post: (event) => shell.post(event),
  })
  const log = (event: ReaperEvent | undefined, effects: ReadonlyArray<Effect>): void => {
    events += 1
    count(event?._tag ?? 'Resumed')
    say(() => `> ${event === undefined ? 'resume' : describeEvent(event)}`)
    for (const effect of effects) say(() => `    ${describeEffect(effect)}`)
  }
  const shell = createShell({
    clock,
    random: random.fork('shell'),
    plan,
    calmAt,
    containerd,
    others,
    stream,
    disk,
    hooks,
    interpret: interpreter.interpret,
    log,
  })

  // What befalls the world as a whole.
  const fate = random.fork('fate')
  const within = (): number => fate.int(0, plan.safetyMs - 5_000)
  const times = (dose: number, most: number): number => (dose === 0 ? 0 : 1 + Math.floor(dose * most))
  let boots = 1
  let earlierBoot = 0
  const start = (): void => shell.start(`boot-${boots}`, earlierBoot)
  const daemonDown = (downMs: number): void => {
    if (!containerd.isUp()) return
    containerd.crash()
    others.crash()
    interpreter.disconnected()
    shell.disconnected()
    clock.after(downMs, () => {
      containerd.boot()
    })
  }
  const processDown = (downMs: number): void => {
    if (shell.life() === 0) return
    say(() => '. the reaper dies')
    interpreter.crash()
    shell.crash()
    clock.after(downMs, start)
  }
  const plans: ReadonlyArray<readonly [number, () => void]> = [
    [times(faults.daemonRestarts, 3), () => daemonDown(fate.delay(3_000, 30_000, 0.2))],
    [times(faults.crashes, 5), () => processDown(fate.delay(1_000, 30_000, 0.2))],
    [times(faults.streamLost, 4), () => shell.disconnected()],
    [times(faults.diskFull, 3), () => {
      fullUntil = Math.min(calmAt, clock.now() + fate.int(100, 20_000))
    }],
    [times(faults.reboots, 1), () => {
      say(() => '. the host loses power')
      processDown(6_000)
      daemonDown(5_000)
      containerd.powerCut()
      clients.rebooted()
      boots += 1
      earlierBoot = disk.rows().length
    }],
  ]
  for (const [count, strike] of plans) {
    for (let i = 0; i < count; i += 1) clock.after(within(), strike)
  }
  start()
  clients.live()
  others.live()

  const result = (breach: Breach | undefined): Outcome => ({
    seed,
    breach,
    events,
    announced,
    lastedMs: clock.now() - beginning,
    seen,
  })
  const isQuiet = (): boolean =>
    stream.isIdle() && disk.isIdle() && interpreter.isIdle() && shell.isIdle() && shell.life() !== 0 && stream.isOpen()
  try {
    while (clock.advance(calmAt));
    say(() => '. calm')
    settle(clock, shell, isQuiet, calmAt + 150_000)
    const state = shell.state()
    if (state !== undefined) hooks.quiet(state)
    return result(undefined)
  } catch (error) {
    if (error instanceof Broken) return result(error.breach)
    return result({ rule: 'never throws', what: error instanceof Error ? error.stack ?? error.message : String(error) })
  }
}

/** What listeners and plugins were told, among what a world has seen. */
const counter = (count: (what: string) => void, say: (text: () => string) => void): Checker => ({
  streamed: (namespace, { type, id, at }) => say(() => `~ ${type} ${namespace}/${id} at=${at}`),
  heard: (_, item) => count(item._tag === 'Gap' ? 'ListenerMissed' : 'ListenerHeard'),
  criCame: (client) => say(() => `~ ${client} comes`),
  criSent: (client, { type, id }) => say(() => `~   ${type} ${id} is written to ${client}`),
  criHeard: (client, { type, id }) => {
    count('CriHeard')
    say(() => `~   ${client} hears ${type} ${id}`)
  },
  criCut: (client, missed) => {
    count('CriCut')
    say(() => `~ ${client} is cut off, and missed ${missed}`)
  },
  criForgotten: (client) => {
    count('CriForgotten')
    say(() => `~ ${client} dies with what was written to it long ago`)
  },
  pluginTold: () => count('PluginTold'),
})

/** Until nothing moves any more, and two further listings have moved nothing. */
const settle = (clock: Clock, shell: Shell, isQuiet: () => boolean, atLeast: number): void => {
  const limit = clock.now() + calmMs
  while (clock.advance(atLeast));
  for (let round = 0; round < 3; round += 1) {
    while (!isQuiet()) {
      if (clock.now() >= limit) broken('9 everything converges', 'something still moves long after the faults are over')
      clock.advance(limit)
    }
    if (round < 2) shell.relistNow()
  }
  // Whoever reads the announcements is a moment behind.
  do {
    const rest = clock.now() + 1_000
    while (clock.advance(rest));
  } while (!isQuiet() && clock.now() < limit)
}

/** How a world is seen again, with everything that happens in it. */
export const replayCommand = ({ seed }: { readonly seed: number }): string => `node dist/test/sim/replay.js ${seed}`

export type { Plan }
