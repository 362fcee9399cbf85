/**
 * What kind of world a seed makes: the policy, how much is going on, and which faults there are. Roughly half of the faults are
 * missing from any one world, so that each is also seen without the others.
 */
import type { Policy } from '../../core/index.ts'
import { defaultPolicy } from '../../core/index.ts'
import type { Random } from './random.ts'
import { randomOf } from './random.ts'

export interface Plan {
  readonly seed: number
  readonly policy: Policy
  readonly namespaces: ReadonlyArray<string>
  /** Container ids in use in each namespace. */
  readonly ids: number
  /** Lives that each id gets. */
  readonly lives: number
  /** How long faults go on, ms. */
  readonly safetyMs: number
  readonly faults: Faults
  /** Sandboxes of the sandbox store; whether one of them has a pause container. */
  readonly sandboxes: number
  readonly images: number
  /** Readers of announcements, and how many announcements are kept for them. */
  readonly listeners: number
  readonly keep: number
  /** The same of the CRI event stream. */
  readonly criClients: number
  readonly keepEvents: number
  /** NRI plugins; where there are none, whoever is told of an exit answers by chance. */
  readonly plugins: number
  /** What Get answers while a Delete hangs in the shim: older daemons cannot tell, newer ones pass the timeout on. */
  readonly hungGet: 'Unclear' | 'TimedOut'
}

/** Each from 0 (never) to 1; what exactly is rolled for, and when, is said where it is rolled. */
export interface Faults {
  readonly eventLost: number
  readonly eventDoubled: number
  readonly eventLate: number
  /** The event stream breaks off. */
  readonly streamLost: number
  /** A read fails: timeout, an unknown error, the connection. */
  readonly readFails: number
  /** containerd answers that it cannot reach the shim. */
  readonly shimUnavailable: number
  readonly slowCalls: number
  readonly waitFails: number
  readonly deleteHangs: number
  readonly deleteFails: number
  readonly killHangs: number
  /** The shim does not go when it is told to, and containerd forgets it. */
  readonly shimForgotten: number
  readonly shimKilled: number
  readonly nriSlow: number
  readonly ioSlow: number
  readonly diskFull: number
  readonly diskSlow: number
  readonly daemonRestarts: number
  readonly crashes: number
  readonly reboots: number
  /** Other clients delete the tasks and records of what they started. */
  readonly otherDeleter: number
  /** Records are deleted before their tasks. */
  readonly earlyDelete: number
  /** A pid is used again under the same id. */
  readonly pidRepeats: number
  /** Created tasks that nobody starts for long, or at all. */
  readonly staysCreated: number
  readonly pauses: number
  readonly oomKills: number
  /** Exit events without a time. */
  readonly timeless: number
  /** Containers that no selector matches; and labels that change. */
  readonly foreign: number
  readonly relabelled: number
  /** There is a sandbox store; and some of its sandboxes have pause containers. */
  readonly sandboxes: number
  readonly pauseContainers: number
  readonly listenerStalls: number
  readonly listenerDies: number
  /** There is a CRI stream; and its clients do the same. */
  readonly cri: number
  readonly criStalls: number
  readonly criDies: number
  /** There are NRI plugins; and one does not answer, ends its connection in mid-call, or takes most of its time. */
  readonly plugins: number
  readonly pluginHangs: number
  readonly pluginDies: number
  readonly pluginLate: number
}

export type FaultName = keyof Faults

/** How likely a world has the fault at all, and its strongest dose. */
const doses: Readonly<Record<FaultName, readonly [share: number, most: number]>> = {
  eventLost: [0.5, 0.4],
  eventDoubled: [0.5, 0.3],
  eventLate: [0.5, 0.4],
  streamLost: [0.3, 1],
  readFails: [0.4, 0.25],
  shimUnavailable: [0.3, 0.2],
  slowCalls: [0.4, 0.3],
  waitFails: [0.3, 0.4],
  deleteHangs: [0.4, 0.5],
  deleteFails: [0.3, 0.2],
  killHangs: [0.2, 0.2],
  shimForgotten: [0.1, 0.1],
  shimKilled: [0.3, 0.3],
  nriSlow: [0.3, 0.3],
  ioSlow: [0.3, 0.3],
  diskFull: [0.3, 1],
  diskSlow: [0.3, 0.2],
  daemonRestarts: [0.4, 1],
  crashes: [0.5, 1],
  reboots: [0.08, 1],
  otherDeleter: [0.5, 0.8],
  earlyDelete: [0.15, 0.3],
  pidRepeats: [0.3, 0.5],
  staysCreated: [0.3, 0.3],
  pauses: [0.2, 0.5],
  oomKills: [0.3, 0.5],
  timeless: [0.1, 0.2],
  foreign: [0.25, 0.5],
  relabelled: [0.1, 0.3],
  sandboxes: [0.3, 1],
  pauseContainers: [0.15, 0.8],
  listenerStalls: [0.4, 0.4],
  listenerDies: [0.4, 0.4],
  cri: [0.4, 1],
  criStalls: [0.4, 0.3],
  criDies: [0.5, 0.3],
  plugins: [0.6, 1],
  pluginHangs: [0.5, 0.4],
  pluginDies: [0.4, 0.3],
  pluginLate: [0.5, 0.5],
}

export const faultNames: ReadonlyArray<FaultName> = Object.keys(doses) as FaultName[]

export const planOf = (seed: number, without: ReadonlySet<string> = new Set()): Plan => {
  const random = randomOf(seed).fork('plan')
  const faults = Object.fromEntries(faultNames.map((name) => {
    const draw = random.fork(name)
    const [share, most] = doses[name]
    const isThere = draw.chance(share)
    return [name, isThere && !without.has(name) ? draw.next() * most : 0]
  })) as unknown as Faults
  const busy = random.fork('size')
  const policy = policyOf(random.fork('policy'), faults)
  const around = random.fork('around')
  return {
    seed,
    policy,
    namespaces: busy.chance(0.3) ? ['ci', 'edge'] : ['ci'],
    ids: busy.int(1, 4),
    lives: busy.int(1, 5),
    safetyMs: busy.int(20_000, 90_000),
    faults,
    sandboxes: faults.sandboxes > 0 || faults.pauseContainers > 0 ? busy.int(1, 2) : 0,
    images: busy.chance(0.2) ? 1 : 0,
    listeners: around.int(1, 3),
    keep: around.pick([1, 3, 8, 1_000]),
    plugins: policy.nri && faults.plugins > 0 ? around.int(1, 3) : 0,
    criClients: faults.cri > 0 ? around.int(1, 3) : 0,
    keepEvents: around.pick([4, 16, 1_000]),
    hungGet: busy.chance(0.6) ? 'Unclear' : 'TimedOut',
  }
}

const policyOf = (random: Random, faults: Faults): Policy => ({
  ...defaultPolicy,
  onHandlingTimeout: random.chance(0.8) ? 'join' : 'cancel',
  deleteHardLimitMs: random.chance(0.15) ? 60_000 : undefined,
  sandboxExit: random.chance(0.7) ? 'first' : 'last',
  maxHandlings: random.pick([1, 2, 8]),
  slowAfterMs: random.pick([500, 500, 10_000]),
  deleteGraceMs: random.chance(0.3) ? 2_000 : 0,
  inferredGraceMs: random.chance(0.8) ? 7_000 : 0,
  nri: random.chance(0.4),
  io: random.chance(0.4),
  oomCheck: random.chance(0.7),
  selective: faults.foreign > 0 || faults.relabelled > 0,
  rememberMs: random.chance(0.7) ? 300_000 : 60_000,
})
