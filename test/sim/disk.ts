/** The log of a simulated reaper: writes are made durable in the order they were asked for, several at a time, and may fail. */
import type { ReaperRecord } from '../../core/index.ts'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

export interface Disk {
  readonly rows: () => ReadonlyArray<ReaperRecord>
  readonly write: (records: ReadonlyArray<ReaperRecord>, settled: (error: string | undefined) => void) => void
  /** The process dies: of what is being written, everything up to some write has reached the disk. */
  readonly crash: () => void
  readonly isIdle: () => boolean
}

export interface DiskEnv {
  readonly clock: Clock
  readonly random: Random
  readonly isFull: () => boolean
  readonly isSlow: () => boolean
  /** Rows have become durable, before anybody hears of it. */
  readonly durable: (records: ReadonlyArray<ReaperRecord>) => void
}

interface Write {
  readonly records: ReadonlyArray<ReaperRecord>
  readonly settled: (error: string | undefined) => void
}

export const createDisk = ({ clock, random, isFull, isSlow, durable }: DiskEnv): Disk => {
  const rows: ReaperRecord[] = []
  let waiting: Write[] = []
  let flushing: Write[] = []
  let cancel = (): void => {}

  const land = ({ records }: Write): void => {
    rows.push(...records)
    durable(records)
  }
  const flush = (): void => {
    if (flushing.length > 0 || waiting.length === 0) return
    flushing = waiting
    waiting = []
    cancel = clock.after(isSlow() ? random.int(200, 15_000) : random.int(1, 6), () => {
      const batch = flushing
      flushing = []
      const isLost = isFull()
      for (const write of batch) {
        if (!isLost) land(write)
        write.settled(isLost ? 'no space left on device' : undefined)
      }
      flush()
    })
  }
  return {
    rows: () => rows,
    write: (records, settled) => {
      waiting.push({ records, settled })
      flush()
    },
    crash: () => {
      cancel()
      const batch = flushing
      flushing = []
      waiting = []
      if (batch.length > 0 && !isFull()) { for (const write of batch.slice(0, random.int(0, batch.length))) land(write) }
    },
    isIdle: () => flushing.length === 0 && waiting.length === 0,
  }
}
