/** Lines on standard output: none is lost by a crash or a slow reader, and none that is known as printed is printed again. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { Announcement } from '../../../../core/index.ts'
import { makePrinter, type Printer } from '../../../../shell/cli/printer.ts'
import { openOutlet, type Outlet } from '../../../../shell/cli/streams.ts'
import { memoryLog } from '../../../../shell/announcements.ts'
import { storeFailed } from '../../../../shell/errors.ts'
import type { AnnouncementLog } from '../../../../shell/store/port.ts'
import { said } from '../../../shell/store/scratch.ts'
import type { Vector } from '../../../support/property.ts'
import { recordingLog } from '../../../support/recording_log.ts'
import { inTemporaryFolder } from '../../../support/temporary.ts'
import { settle, virtualClock } from '../../../support/virtual_clock.ts'

interface World {
  readonly log: AnnouncementLog
  /** Puts announcements of these numbers into the log, as the reaper does, and tells the printer. */
  readonly announce: (...seqs: ReadonlyArray<number>) => void
  readonly printed: () => ReadonlyArray<number>
  readonly complaints: () => ReadonlyArray<string>
  readonly printer: Printer
}

/** A process: what it prints, and to whom. `kept` is the log that outlives it. */
const begin = async (stateDir: string, kept: ReturnType<typeof memoryLog>, outlet: Outlet = openOutlet): Promise<World> => {
  const printed: Array<number> = []
  const log = recordingLog()
  const print = ({ seq }: Announcement): void => void printed.push(seq)
  const printer = makePrinter({ stateDir, announcements: kept, print, outlet, log, clock: virtualClock() })
  await printer.start()
  await settle()
  return {
    log: kept,
    printed: () => printed,
    complaints: () => log.lines.map(({ msg }) => msg),
    printer,
    announce: (...seqs) => {
      for (const seq of seqs) {
        kept.add(said(seq))
        printer.add(said(seq))
      }
    },
  }
}

/** A reader that takes what is written when the test says so. */
const slowReader = () => {
  let isFull = false
  let isGone = false
  let waiting: ReadonlyArray<(taken: boolean) => void> = []
  return {
    isFull: () => isFull,
    flush: () =>
      isGone ? Promise.resolve(false) : isFull ? new Promise<boolean>((resolve) => waiting = [...waiting, resolve]) : Promise.resolve(true),
    block: () => void (isFull = true),
    take: async () => {
      isFull = false
      for (const resolve of waiting) resolve(true)
      waiting = []
      await settle()
    },
    leave: () => void (isGone = true),
  }
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'printer: what was announced and not printed before a crash is printed by the next start, and nothing else',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const kept = memoryLog(100)
        const first = await begin(stateDir, kept)
        first.announce(1, 2)
        await settle()
        kept.add(said(3)) // durable, and then the process died
        const second = await begin(stateDir, kept)
        second.printer.add(said(3)) // told again
        assert.deepEqual([first.printed(), second.printed()], [[1, 2], [3]])
        second.announce(4)
        await settle()
        assert.deepEqual(second.printed(), [3, 4])
        assert.deepEqual((await begin(stateDir, kept)).printed(), [])
      }),
  },
  {
    name: 'printer: what the reader has not taken is not known as printed, and comes again after a crash',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const kept = memoryLog(100)
        const reader = slowReader()
        const first = await begin(stateDir, kept, reader)
        first.announce(1)
        await settle()
        reader.leave()
        first.announce(2)
        await settle()
        assert.deepEqual(first.printed(), [1, 2])
        assert.deepEqual((await begin(stateDir, kept)).printed(), [2])
      }),
  },
  {
    name: 'printer: behind a slow reader nothing is left out: it is read from the log when there is room, in order, once',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const kept = memoryLog(1_000)
        const reader = slowReader()
        const world = await begin(stateDir, kept, reader)
        world.announce(1)
        reader.block()
        world.announce(...Array.from({ length: 600 }, (_, n) => n + 2))
        await settle()
        assert.deepEqual(world.printed(), [1])
        await reader.take()
        world.announce(602)
        await settle()
        assert.deepEqual(world.printed(), Array.from({ length: 602 }, (_, n) => n + 1))
        assert.deepEqual((await begin(stateDir, kept)).printed(), [])
      }),
  },
  {
    name: 'printer: a reader that never takes anything holds up neither the start nor the end',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const reader = slowReader()
        reader.block()
        const clock = virtualClock()
        const kept = memoryLog(10, [said(1)])
        const log = recordingLog()
        const printer = makePrinter({ stateDir, announcements: kept, print: () => assert.fail(), outlet: reader, log, clock })
        const started = printer.start()
        await clock.advance(1_000)
        await started
        const closed = printer.close()
        await clock.advance(1_000)
        await closed
      }),
  },
  {
    name: 'printer: what retention let go before it was printed is said',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const kept = memoryLog(2)
        const first = await begin(stateDir, kept)
        first.announce(1)
        await settle()
        for (const seq of [2, 3, 4, 5, 6]) kept.add(said(seq))
        const second = await begin(stateDir, kept)
        assert.deepEqual(second.printed(), [5, 6])
        assert.deepEqual(second.complaints(), ['announcements were dropped before they could be printed'])
      }),
  },
  {
    name: 'printer: another log is printed from its beginning; a mark that cannot be read or written costs repeats, and no line',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const first = await begin(stateDir, memoryLog(100))
        first.announce(1, 2, 3, 4, 5)
        await settle()
        const other = memoryLog(100, [said(1), said(2)])
        assert.deepEqual((await begin(stateDir, other)).printed(), [1, 2])
        other.add(said(3)) // and the process died
        assert.deepEqual((await begin(stateDir, other)).printed(), [3])
        writeFileSync(join(stateDir, 'printed'), 'nonsense')
        assert.deepEqual((await begin(stateDir, other)).printed(), [1, 2, 3])
        const nowhere = await begin(join(stateDir, 'printed', 'below'), other)
        assert.deepEqual(nowhere.printed(), [1, 2, 3])
        assert.deepEqual(nowhere.complaints(), ['cannot note what has been printed: it is printed again by the next start'])
      }),
  },
  {
    name:
      'printer: a log that cannot be read is said, and what comes is printed all the same; without a log there is nothing to catch up with',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const printed: Array<number> = []
        const log = recordingLog()
        const print = ({ seq }: Announcement): void => void printed.push(seq)
        const broken: AnnouncementLog = {
          read: () => async () => E.left(storeFailed('read the store', 'EIO')),
          acknowledge: () => async () => E.right(undefined),
        }
        for (const announcements of [broken, undefined]) {
          const printer = makePrinter({ stateDir, announcements, print, outlet: openOutlet, log, clock: virtualClock() })
          await printer.start()
          await settle()
          printer.add(said(1))
          await printer.close()
        }
        assert.deepEqual(printed, [1, 1])
        assert.deepEqual(log.lines.length, 1)
      }),
  },
]
