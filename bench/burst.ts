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
import { atMost, type Bar, median, ratio, type Report, type Table } from './report.ts'

// A short look while working on it: BENCH_CONTAINERS=40 BENCH_ROUNDS=1.
const size = Number(process.env['BENCH_CONTAINERS'] ?? 100)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const lanes = [1, 2, 4, 8, 16] as const
const usual = defaultPolicy.maxHandlings

type Start = 'watching' | 'late'

interface Entry {
  readonly contestant: Contestant
  readonly isOurs: boolean
  /** The one that the bar is about, among ours. */
  readonly isUsual: boolean
  readonly start: Start
}

interface Row extends Entry {
  readonly ms: Array<number>
  readonly calls: Array<ReadonlyMap<string, number>>
}

const entries: ReadonlyArray<Entry> = [
  ...[2, 4, 8, 16].map((cap): Entry => ({ contestant: ours(cap, true), isOurs: true, isUsual: cap === usual, start: 'watching' })),
  ...lanes.map((count): Entry => ({ contestant: bareWatching(count), isOurs: false, isUsual: false, start: 'watching' })),
  { contestant: ours(usual, false), isOurs: true, isUsual: false, start: 'late' },
  ...[4, 8].map((count): Entry => ({ contestant: bareListing(count), isOurs: false, isUsual: false, start: 'late' })),
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
        `with ours, the last STOPPED. The bare deletes are one client's, told by Waits (watching) or by a list (late). Median of ${rounds} rounds ` +
        'in which all take turns, in changing order, with new tasks for every turn.',
      tables: [tableOf('one shim', shared), tableOf('one shim each', own)],
      bars: [...barsOf('one shim', shared), ...barsOf('one shim each', own)],
    }
  } finally {
    await daemon.stop()
  }
}

const race = async (daemon: Daemon, options: CrowdOptions): Promise<ReadonlyArray<Row>> => {
  const crowd = await makeCrowd(daemon, options)
  const rows = entries.map((entry): Row => ({ ...entry, ms: [], calls: [] }))
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const place of rows.keys()) {
        const row = rows[(place + round * 5) % rows.length]
        if (row !== undefined) await turn(daemon, crowd, row)
      }
    }
    return rows
  } finally {
    crowd.close()
  }
}

/** Time for Waits to be open, and for a shell to have reached its gate, ms. */
const settleMs = 300

const turn = async (daemon: Daemon, crowd: Crowd, { contestant, start, ms, calls }: Row): Promise<void> => {
  const gate = await crowd.gather()
  let present
  let begun: number
  if (start === 'watching') {
    present = await contestant.come(daemon.address, crowd)
    await sleep(settleMs)
    present.calls()
    begun = performance.now()
    gate.open()
  } else {
    gate.open()
    await crowd.allStopped()
    begun = performance.now()
    present = await contestant.come(daemon.address, crowd)
  }
  await present.done
  ms.push(performance.now() - begun)
  calls.push(present.calls())
  await present.leave()
  gate.close()
  await crowd.assertGone()
}

const bestBare = (rows: ReadonlyArray<Row>, start: Start): number =>
  Math.min(...rows.filter((row) => !row.isOurs && row.start === start).map(({ ms }) => median(ms)))

const tableOf = (title: string, rows: ReadonlyArray<Row>): Table => ({
  head: [title, 'begins', 'ms', 'least', 'most', 'to best bare', 'calls an exit', 'which'],
  rows: rows.map(({ contestant, start, ms, calls }) => [
    contestant.name,
    start,
    median(ms).toFixed(0),
    Math.min(...ms).toFixed(0),
    Math.max(...ms).toFixed(0),
    ratio(median(ms) / bestBare(rows, start)),
    ratio(median(calls.map((counts) => [...counts.values()].reduce((total, count) => total + count, 0) / size))),
    [...calls.at(-1) ?? []].map(([name, count]) => `${name} ${count}`).join(', '),
  ]),
})

const barsOf = (title: string, rows: ReadonlyArray<Row>): ReadonlyArray<Bar> =>
  rows.filter((row) => row.isUsual).map(({ contestant, ms }) =>
    atMost(`${title}: ${contestant.name}, to the best bare deletes`, median(ms) / bestBare(rows, 'watching'), 1.15)
  )
