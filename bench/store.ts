/** The durable store beside the one in memory: exits a second one by one and in bursts, fsyncs, and how long an opening takes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReaperRecord } from '../core/index.ts'
import { systemClock } from '../shell/clock.ts'
import { silentLog } from '../shell/log.ts'
import { openStore } from '../shell/store/level.ts'
import { memoryStore } from '../shell/store/memory.ts'
import type { Store } from '../shell/store/port.ts'
import { openLevel, type OpenTable } from '../shell/store/table.ts'
import { atMost, type Report } from './report.ts'
import { must, recordsOf, writeBurst, writeExit } from './store/exit_records.ts'
import { fsyncsOfBurst } from './store/fsyncs.ts'

const singly = 1_000
const inBursts = 10_000
const burst = 100
const big = 100_000

const perSecond = async (count: number, work: () => Promise<void>): Promise<number> => {
  const start = performance.now()
  await work()
  return count / ((performance.now() - start) / 1_000)
}

const oneByOne = (store: Store<ReaperRecord>): Promise<number> =>
  perSecond(singly, async () => {
    for (let n = 0; n < singly; n++) await writeExit(store, n)
  })

const bursts = (store: Store<ReaperRecord>): Promise<number> =>
  perSecond(inBursts, async () => {
    for (let from = 0; from < inBursts; from += burst) {
      await writeBurst(store, singly + from, burst)
    }
  })

const opened = async (dir: string, openTable: OpenTable = openLevel): Promise<Store<ReaperRecord>> =>
  must(await openStore({ dir, clock: systemClock, log: silentLog, retention: { maxBytes: 1e9 }, openTable })())

export const benchStore = async (): Promise<Report> => {
  const folder = mkdtempSync(join(tmpdir(), 'reaper-bench-store-'))
  try {
    let writes = 0
    const counting: OpenTable = async (dir) => {
      const table = await openLevel(dir)
      return { ...table, write: (ops) => (writes++, table.write(ops)) }
    }
    const disk = await opened(join(folder, 'rates'), counting)
    const memory = memoryStore<ReaperRecord>()
    const single = { disk: await oneByOne(disk), memory: await oneByOne(memory) }
    writes = 0
    const many = { disk: await bursts(disk), memory: await bursts(memory) }
    const perBurst = writes / (inBursts / burst)
    const traced = fsyncsOfBurst(burst)
    must(await disk.close()())

    const large = await opened(join(folder, 'large'))
    for (let from = 0; from < big / 2; from += 1_000) {
      must(await large.append(Array.from({ length: 1_000 }, (_, n) => recordsOf(from + n)[1]).flat())())
    }
    must(await large.close()())
    const start = performance.now()
    const again = await opened(join(folder, 'large'))
    const rows = must(await again.load()()).length
    const openMs = performance.now() - start
    must(await again.close()())
    return {
      title: 'store: the durable store beside the one in memory',
      method:
        `An exit is two writes, each acknowledged only when it is on disk. ${singly} exits one by one; ${inBursts} in bursts of ${burst}, each ` +
        'burst at once; the opening verifies every row. The disk of a virtual machine may answer an fsync from its cache: then one by one is faster here than on yours.',
      tables: [
        {
          head: ['', 'on disk, exits/s', 'in memory, exits/s', 'memory / disk'],
          rows: [
            ['one by one', single.disk.toFixed(0), single.memory.toFixed(0), (single.memory / single.disk).toFixed(1)],
            [`in bursts of ${burst}`, many.disk.toFixed(0), many.memory.toFixed(0), (many.memory / many.disk).toFixed(1)],
          ],
        },
        {
          head: ['', 'found'],
          rows: [
            [`synchronous writes a burst of ${burst} exits`, perBurst.toFixed(2)],
            [`fsyncs a burst of ${burst} exits, by strace`, traced === undefined ? 'no strace' : traced.toFixed(2)],
            [`opening with ${rows} records, ms`, openMs.toFixed(0)],
            ['microseconds a record', ((openMs * 1_000) / rows).toFixed(1)],
          ],
        },
      ],
      bars: [
        atMost(`fsyncs for a burst of ${burst} exits`, traced ?? perBurst, 6),
        atMost('an exit one by one against one in a burst, on disk', single.disk / many.disk, 1),
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
