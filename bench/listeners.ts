/**
 * The CRI event stream: announcements a second to 1, 10 and 100 listeners, with and without one that never reads, and the bytes that
 * the exits of a pod cost.
 */
import process from 'node:process'
import { type Bytes, bytes } from './listeners/bytes.ts'
import { held, type HeldBytes } from './listeners/held.ts'
import { type Rate, rate } from './listeners/rates.ts'
import { atLeast, atMost, median, ratio, type Report, type Table, whole } from './report.ts'

// A short look while working on it: BENCH_EVENTS=500 BENCH_ROUNDS=1.
const events = Number(process.env['BENCH_EVENTS'] ?? 2_000)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)

const shapes: ReadonlyArray<readonly [listeners: number, stalled: number]> = [[1, 0], [1, 1], [10, 0], [10, 1], [100, 0]]

export const benchListeners = async (): Promise<Report> => {
  const rates: Array<Rate> = []
  for (let round = 0; round < rounds; round++) {
    for (const [listeners, stalled] of shapes) rates.push(await rate(listeners, stalled, events))
  }
  const costs: Array<Bytes> = []
  for (const pod of [1, 20, 200]) for (const everyMs of [0, 5]) costs.push(await bytes(pod, everyMs))
  const heaps: Array<HeldBytes> = []
  for (const stalled of [0, 1]) heaps.push(await held(stalled, 5 * events))
  const large = costs.filter(({ pod }) => pod === 200)
  return {
    title: `listeners: ${events} announcements`,
    method:
      'From the first exit to the moment at which every listener that reads has been told of the last; clients and server share the ' +
      "process. A stalled listener never reads. Handling is the part of the machine and of the stream's own books, which no listener may " +
      `hold up. Median of ${rounds} rounds. Bytes are of whole messages, with labels and image names of the usual length; they do not vary. The heap is that of server and clients, after a ` +
      'collection, with 1,000 events kept; most of what it grows by is what the reading client notes of each event.',
    tables: [rateTable(rates), byteTable(costs), heapTable(heaps)],
    bars: [
      ...[1, 10].map((listeners) =>
        atLeast(
          `${listeners} listeners beside one that never reads, to ${listeners} alone, announcements a second`,
          median(pick(rates, listeners, 1).map(({ perSecond }) => perSecond)) /
            median(pick(rates, listeners, 0).map(({ perSecond }) => perSecond)),
          0.5,
        )
      ),
      ...large.map(({ sent, whole, everyMs }) =>
        atMost(`bytes of 200 exits in a pod, one every ${everyMs} ms, to those with the whole pod in each event`, sent / whole, 0.15)
      ),
      atMost(
        'heap after many events with a listener that never reads, to that without one',
        (heaps[1]?.after ?? NaN) / (heaps[0]?.after ?? NaN),
        1.2,
      ),
    ],
  }
}

const pick = (rates: ReadonlyArray<Rate>, listeners: number, stalled: number): ReadonlyArray<Rate> =>
  rates.filter((one) => one.listeners === listeners && one.stalled === stalled)

const rateTable = (rates: ReadonlyArray<Rate>): Table => ({
  head: ['listeners', 'stalled beside', 'announcements/s', 'messages/s', 'handling, µs each'],
  rows: shapes.map(([listeners, stalled]) => {
    const found = pick(rates, listeners, stalled)
    const perSecond = median(found.map((one) => one.perSecond))
    const handling = median(found.map(({ handlingMs }) => handlingMs)) * 1_000 / events
    return [String(listeners), String(stalled), whole(perSecond), whole(perSecond * listeners), whole(handling)]
  }),
})

const byteTable = (costs: ReadonlyArray<Bytes>): Table => ({
  head: ['containers in the pod', 'an exit every, ms', 'bytes an event', 'bytes in all', 'with the whole pod each time', 'of it'],
  rows: costs.map(({ pod, everyMs, events, sent, whole: naive }) => [
    String(pod),
    String(everyMs),
    whole(sent / events),
    String(sent),
    String(naive),
    ratio(sent / naive),
  ]),
})

const megabytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1)

const heapTable = (heaps: ReadonlyArray<HeldBytes>): Table => ({
  head: ['that never read', 'events', 'heap before, MB', 'after, MB'],
  rows: heaps.map(({ stalled, events: sent, before, after }) => [String(stalled), String(sent), megabytes(before), megabytes(after)]),
})
