/**
 * A hundred containers that exit at one moment, on a real containerd of our own: our reaper beside bare `Tasks.Delete` calls, which are
 * the least that has to be done. In one shim, as the containers of a pod are, and in one shim each.
 */
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { defaultPolicy } from '../core/index.ts'
import { type Containerd as Daemon, realContainerd, startContainerd } from '../test/support/containerd/index.ts'
import { bareListing, bareWatching, type Contestant, ours } from './burst/contestants.ts'
import { type Crowd, type CrowdOptions, makeCrowd } from './burst/crowd.ts'
import { atMost, type Bar, median, ratio, type Report, type Table, whole } from './report.ts'

// A short look while working on it: BENCH_CONTAINERS=40 BENCH_ROUNDS=1.
const size = Number(process.env['BENCH_CONTAINERS'] ?? 100)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 9)
/** Turns of those that only show where the best concurrency lies. */
const sweepRounds = Math.min(3, rounds)
const usual = defaultPolicy.maxHandlings

type Start = 'watching' | 'late'

interface Entry {
  readonly contestant: Contestant
  readonly start: Start
  readonly role: 'ours' | 'bare' | 'sweep'
}

interface Row extends Entry {
  readonly ms: Array<number>
  /** What the client's process used of the processor. */
  readonly cpuMs: Array<number>
  readonly calls: Array<ReadonlyMap<string, number>>
}

const entries: ReadonlyArray<Entry> = [
  { contestant: ours({ maxHandlings: usual, isDurable: true, ready: true }), start: 'watching', role: 'ours' },
  { contestant: ours({ maxHandlings: usual, isDurable: false, ready: true }), start: 'watching', role: 'sweep' },
  ...[4, 8, 16].map((lanes): Entry => ({ contestant: bareWatching(lanes), start: 'watching', role: 'bare' })),
  ...[1, 2].map((lanes): Entry => ({ contestant: bareWatching(lanes), start: 'watching', role: 'sweep' })),
  ...[2, 4, 16].map((maxHandlings): Entry => ({
    contestant: ours({ maxHandlings, isDurable: true, ready: true }),
    start: 'watching',
    role: 'sweep',
  })),
  { contestant: ours({ maxHandlings: usual, isDurable: true, ready: false }), start: 'late', role: 'sweep' },
  ...[4, 8].map((lanes): Entry => ({ contestant: bareListing(lanes), start: 'late', role: 'sweep' })),
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
        `From the moment at which all may exit (watching), or have exited and the contestant begins to connect (late), to the last delete and, ` +
        `with ours, the last STOPPED. The bare deletes are one client's, told by Waits (watching) or by a list (late). Median of the turns, which ` +
        'alternate in changing order, with new tasks for every turn. The ratio is the median of what each turn took beside the turns of the ' +
        'same round, to the bare deletes whose median is the least: whatever else the machine does comes and goes, and hits a round as a whole.',
      tables: [tableOf('one shim', shared), tableOf('one shim each', own)],
      bars: [...barsOf('one shim', shared), ...barsOf('one shim each', own)],
    }
  } finally {
    await daemon.stop()
  }
}

const race = async (daemon: Daemon, options: CrowdOptions): Promise<ReadonlyArray<Row>> => {
  const crowd = await makeCrowd(daemon, options)
  const rows = entries.map((entry): Row => ({ ...entry, ms: [], cpuMs: [], calls: [] }))
  try {
    for (let round = 0; round < rounds; round += 1) {
      const taking = rows.filter(({ role }) => role !== 'sweep' || round < sweepRounds)
      // Every round begins with another one, and every other goes the other way round: what comes and goes on the machine hits all alike.
      const order = [...taking.slice(round % taking.length), ...taking.slice(0, round % taking.length)]
      for (const row of round % 2 === 0 ? order : order.reverse()) await turn(daemon, crowd, row)
    }
    return rows
  } finally {
    crowd.close()
  }
}

/** Time for Waits to be open, and for a shell to have reached its gate, ms. */
const settleMs = 300

const turn = async (daemon: Daemon, crowd: Crowd, { contestant, start, ms, cpuMs, calls }: Row): Promise<void> => {
  const gate = await crowd.gather()
  const already = start === 'watching' ? await contestant.come(daemon.address, crowd) : undefined
  if (already === undefined) {
    gate.open()
    await crowd.allStopped()
  } else {
    await sleep(settleMs)
    already.calls()
  }
  const begun = performance.now()
  const usedBefore = process.cpuUsage()
  if (already !== undefined) gate.open()
  const present = already ?? await contestant.come(daemon.address, crowd)
  await present.done
  ms.push(performance.now() - begun)
  const { user, system } = process.cpuUsage(usedBefore)
  cpuMs.push((user + system) / 1_000)
  calls.push(present.calls())
  await present.leave()
  gate.close()
  await crowd.assertGone()
}

/**
 * Turn by turn beside the best of the bare ones that took part in as many rounds: the median. Not beside each and the worst of these
 * medians: that is the larger the more of them there are and the more they scatter, and gave bare deletes 1.18 to themselves.
 */
const toBestBare = (rows: ReadonlyArray<Row>, row: Row): number => {
  const bare = rows.filter((other) => other.start === row.start && other.contestant.isBare && other.ms.length >= row.ms.length)
  const [best] = [...bare].sort((a, b) => median(a.ms) - median(b.ms))
  return median(row.ms.map((ms, round) => ms / (best?.ms[round] ?? NaN)))
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
    const { contestant, start, ms, cpuMs, calls } = row
    return [
      contestant.name,
      start,
      whole(ms.length),
      whole(median(ms)),
      whole(Math.min(...ms)),
      whole(Math.max(...ms)),
      ratio(toBestBare(rows, row)),
      whole(median(cpuMs)),
      ratio(median(calls.map((counts) => [...counts.values()].reduce((total, count) => total + count, 0) / size))),
      [...calls.at(-1) ?? []].map(([name, count]) => `${name} ${count}`).join(', '),
    ]
  }),
})

const barsOf = (title: string, rows: ReadonlyArray<Row>): ReadonlyArray<Bar> =>
  rows.filter(({ role }) => role === 'ours').map((row) =>
    atMost(`${title}: ${row.contestant.name}, to the best bare deletes`, toBestBare(rows, row), 1.15)
  )
