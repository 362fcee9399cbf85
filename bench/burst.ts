/**
 * A hundred containers that exit at one moment, on a real containerd of our own: our reaper beside bare `Tasks.Delete` calls, which are
 * the least that has to be done. In one shim, as the containers of a pod are, and in one shim each.
 */
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { defaultPolicy } from '../core/index.ts'
import { type Containerd as Daemon, realContainerd, startContainerd } from '../test/support/containerd/index.ts'
import { bareListing, bareWatching, type Contestant, ours, type Present } from './burst/contestants.ts'
import { type Crowd, type CrowdOptions, makeCrowd } from './burst/crowd.ts'
import { atMost, type Bar, median, ratio, type Report, type Table, whole } from './report.ts'

// A short look while working on it: BENCH_CONTAINERS=40 BENCH_ROUNDS=1.
const size = Number(process.env['BENCH_CONTAINERS'] ?? 100)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 9)
/** Turns of those that only show what something costs, or where the best concurrency lies. */
const sweepRounds = Math.min(3, rounds)
/** Bursts that a contestant which lives on has had before one counts: the runtime compiles what it has seen run often. */
const warmUps = 3
const usual = defaultPolicy.maxHandlings

/**
 * `living`: it watches, and has lived through the turns before, as a program does that is started with its host. `fresh`: it watches, and
 * was started for this turn. `late`: it begins to connect when all have exited.
 */
type Start = 'living' | 'fresh' | 'late'

interface Entry {
  readonly contestant: Contestant
  readonly start: Start
  readonly isOurs: boolean
}

interface Turn {
  readonly ms: number
  /** What the client's process used of the processor. */
  readonly cpuMs: number
  readonly calls: ReadonlyMap<string, number>
}

interface Row extends Entry {
  readonly crowd: Crowd
  readonly come: () => Promise<Present>
  /** Who lives on. */
  readonly present: Present | undefined
  readonly turns: Array<Turn>
}

const ourselves = (start: Start, maxHandlings: number, isDurable = true): Entry => ({
  contestant: ours({ maxHandlings, isDurable, ready: start !== 'late' }),
  start,
  isOurs: true,
})
const bare = (start: Start, lanes: number): Entry => ({
  contestant: start === 'late' ? bareListing(lanes) : bareWatching(lanes),
  start,
  isOurs: false,
})

const entries: ReadonlyArray<Entry> = [
  ourselves('living', usual),
  ...[4, 8, 16].map((lanes) => bare('living', lanes)),
  ...[1, 2].map((lanes) => bare('fresh', lanes)),
  ourselves('fresh', usual),
  ourselves('fresh', usual, false),
  ourselves('fresh', 16),
  ourselves('late', usual),
  bare('late', 8),
]

export const benchBurst = async (): Promise<Report> => {
  const found = realContainerd()
  if (!found.available) throw new Error(`Cannot run the benchmark burst: it ${found.reason}`)
  const daemon = await startContainerd()
  try {
    const shared = await race(daemon, { namespace: 'bench-shared', size, shim: 'shared' })
    const own = await race(daemon, { namespace: 'bench-own', size, shim: 'own' })
    return {
      title: `burst: ${size} exits at once`,
      method:
        `From the moment at which all may exit, or have exited and the contestant begins to connect (late), to the last delete and, with ours, ` +
        `the last STOPPED. The bare deletes are one client's, told by Waits or by a list (late). Each has containers of its own, with new tasks ` +
        `for every turn. Who is living has lived through the turns before, and ${warmUps} more that do not count; who is fresh was started for ` +
        'the turn. Median of the turns, which alternate in changing order. The ratio is the median of what each turn took beside the turns of the ' +
        'same round, to the bare deletes whose median is the least: whatever else the machine does comes and goes, and hits a round as a whole.',
      tables: [tableOf('one shim', shared), tableOf('one shim each', own)],
      bars: [...barsOf('one shim', shared), ...barsOf('one shim each', own)],
    }
  } finally {
    await daemon.stop()
  }
}

const race = async (daemon: Daemon, options: CrowdOptions): Promise<ReadonlyArray<Row>> => {
  const rows: Array<Row> = []
  try {
    for (const [place, entry] of entries.entries()) {
      const crowd = await makeCrowd(daemon, { ...options, namespace: `${options.namespace}-${place}` })
      const come = (): Promise<Present> => entry.contestant.come(daemon.address, crowd)
      rows.push({ ...entry, crowd, come, present: entry.start === 'living' ? await come() : undefined, turns: [] })
    }
    const living = rows.filter(({ start }) => start === 'living')
    for (let round = -warmUps; round < rounds; round += 1) {
      const taking = round < 0 || round >= sweepRounds ? living : rows
      // Every round begins with another one, and every other goes the other way round: what comes and goes on the machine hits all alike.
      const first = (round + warmUps) % taking.length
      const order = [...taking.slice(first), ...taking.slice(0, first)]
      for (const row of round % 2 === 0 ? order : order.reverse()) {
        const taken = await turn(row)
        if (round >= 0) row.turns.push(taken)
      }
    }
    return rows
  } finally {
    for (const { present, crowd } of rows) {
      await present?.leave()
      crowd.close()
    }
  }
}

/** Time for Waits to be open, and for a shell to have reached its gate, ms. */
const settleMs = 300

const turn = async ({ crowd, come, start, present: living }: Row): Promise<Turn> => {
  const gate = await crowd.gather()
  const early = start === 'late' ? undefined : living ?? await come()
  const taken = early?.take()
  if (early === undefined) {
    gate.open()
    await crowd.allStopped()
  } else {
    await sleep(settleMs)
    early.calls()
  }
  const begun = performance.now()
  const usedBefore = process.cpuUsage()
  if (early !== undefined) gate.open()
  const present = early ?? await come()
  await (taken ?? present.take())
  const ms = performance.now() - begun
  const { user, system } = process.cpuUsage(usedBefore)
  const calls = present.calls()
  if (living === undefined) await present.leave()
  gate.close()
  await crowd.assertGone()
  return { ms, cpuMs: (user + system) / 1_000, calls }
}

const msOf = ({ turns }: Row): ReadonlyArray<number> => turns.map(({ ms }) => ms)

/**
 * Turn by turn beside the best of the bare ones that come as late or live as long: the median. Not beside each and the worst of these
 * medians: that is the larger the more of them there are and the more they scatter, and gave bare deletes 1.18 to themselves.
 */
const toBestBare = (rows: ReadonlyArray<Row>, row: Row): number => {
  const bar = rows.filter((other) => !other.isOurs && other.start === (row.start === 'late' ? 'late' : 'living'))
  const [best] = [...bar].sort((a, b) => median(msOf(a)) - median(msOf(b)))
  return median(row.turns.map(({ ms }, round) => ms / (best?.turns[round]?.ms ?? NaN)))
}

const tableOf = (title: string, rows: ReadonlyArray<Row>): Table => ({
  head: [
    title,
    'begins',
    'turns',
    'ms',
    'least',
    'most',
    'to best bare',
    "client's processor ms",
    'calls an exit',
    'which, in the last turn',
  ],
  rows: rows.map((row) => {
    const { contestant, start, turns } = row
    const ms = msOf(row)
    return [
      contestant.name,
      start,
      whole(turns.length),
      whole(median(ms)),
      whole(Math.min(...ms)),
      whole(Math.max(...ms)),
      ratio(toBestBare(rows, row)),
      whole(median(turns.map(({ cpuMs }) => cpuMs))),
      ratio(median(turns.map(({ calls }) => [...calls.values()].reduce((total, count) => total + count, 0) / size))),
      [...turns.at(-1)?.calls ?? []].map(([name, count]) => `${name} ${count}`).join(', '),
    ]
  }),
})

const barsOf = (title: string, rows: ReadonlyArray<Row>): ReadonlyArray<Bar> =>
  rows.filter(({ isOurs, start }) => isOurs && start === 'living').map((row) =>
    atMost(`${title}: ${row.contestant.name}, to the best bare deletes`, toBestBare(rows, row), 1.15)
  )
