/**
 * What one event costs the core: at 100, 10,000 and 100,000 tracked containers, and beside XState's pure `transition` on a machine for a
 * single container that does the same.
 */
import { atLeast, atMost, median, ratio, type Report, type Table, whole } from './report.ts'
import { fleet } from './step/fleet.ts'
import { type Entry, measureAll, type Measured, times } from './step/measure.ts'
import { listings, takeIn } from './step/reaper.ts'

const sizes = [100, 10_000, 100_000] as const
const rounds = 9
const turnMs = 200

const shown = (size: number): string => `${size.toLocaleString('en')} containers`

export const benchStep = async (): Promise<Report> => {
  const entries: ReadonlyArray<Entry> = [
    { name: "XState's transition", machine: 'xstate', size: sizes[0], turnMs },
    ...sizes.map((size): Entry => ({ name: `step, ${shown(size)}`, machine: 'reaper', size, turnMs })),
  ]
  const measured = await measureAll(entries, rounds)
  const [competitor, smallest, , largest] = measured
  if (competitor === undefined || smallest === undefined || largest === undefined) throw new Error('Cannot compare: nothing was measured')
  return {
    title: 'step: one event',
    method:
      'The lives of 32 containers side by side, some 290 events: an exit told twice, its write, the delete and its echo, the second write, ' +
      'the next start; in between execs, repeats, stale answers, OOM questions and deletes that fail. The mean of a turn, garbage collection ' +
      `included; the median of ${rounds} rounds in which all take turns of ${turnMs} ms. Each machine has an isolate of its own. XState's ` +
      'machine is for one container, with the same events and effects, but no cap, no order between runs, and a native Map as its table.',
    tables: [stepTable(measured, smallest, competitor), listingTable()],
    bars: [
      atMost('step at 100,000 containers to step at 100', times(largest, smallest), 3),
      atLeast("XState's transition to step at 100 containers", times(competitor, smallest), 10),
    ],
  }
}

const stepTable = (all: ReadonlyArray<Measured>, base: Measured, competitor: Measured): Table => ({
  head: ['', 'ns an event', 'least', 'most', 'to step at 100', 'XState to this'],
  rows: all.map((each) => [
    each.name,
    whole(each.ns),
    whole(Math.min(...each.perRound)),
    whole(Math.max(...each.perRound)),
    ratio(times(each, base)),
    ratio(times(competitor, each)),
  ]),
})

/** Taking in a listing costs O(n log n); a start and every reconnection pay it. */
const listingTable = (): Table => ({
  head: ['a first listing, all running', 'ms', 'ns a container'],
  rows: sizes.map((size) => {
    const events = listings(fleet(size))
    const ms = median([0, 1, 2].map(() => {
      const start = performance.now()
      takeIn(events)
      return performance.now() - start
    }))
    return [shown(size), ms.toFixed(1), whole((ms * 1e6) / size)]
  }),
})
