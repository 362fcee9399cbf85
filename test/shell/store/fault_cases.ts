/** What a durable store does when a write fails. Both runtimes run these. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { storeFailed } from '../../../shell/errors.ts'
import type { Vector } from '../../support/property.ts'
import { recordingLog } from '../../support/recording_log.ts'
import { exits, inScratch, loaded, ok, opened, refusal, rowsIn, run, saboteur, said } from './scratch.ts'

const full = 'IO error: /state/rows/000004.log: No space left on device'
const broken = 'IO error: /state/rows/000004.log: Input/output error'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'a full disk: the append fails with its reason, and once there is room the store goes on by itself',
    run: () =>
      inScratch(async (dir) => {
        const disk = saboteur()
        const log = recordingLog()
        const store = await opened(dir, { openTable: disk.openTable, log })
        await ok(store.append([run(1)])())
        disk.failWrites = { error: full }
        const why = storeFailed(`write to the store in ${dir}`, `the disk is full: ${full}`)
        assert.deepEqual(await store.append([run(2)])(), E.left(why))
        assert.deepEqual(await store.append([run(2)])(), E.left(why), 'still')
        assert.ok(log.lines.some(({ level, msg }) => level === 'error' && msg.startsWith('the store cannot be written')))
        disk.failWrites = undefined
        await ok(store.append([run(3)])())
        assert.ok(log.lines.some(({ msg }) => msg === 'the store can be written again'))
        assert.deepEqual(await loaded(store), [], 'what was there when it was opened')
        await store.close()()
        assert.deepEqual(await rowsIn(dir), [run(1), run(3)])
      }),
  },
  {
    name: 'a failed fsync: what had reached the file all the same is taken back, and its number goes to the next',
    run: () =>
      inScratch(async (dir) => {
        const disk = saboteur()
        const store = await opened(dir, { openTable: disk.openTable })
        await ok(store.append([run(1), said(1)])())
        disk.failWrites = { error: broken, late: true }
        const failed = store.append([run(2)])()
        assert.deepEqual(await failed, E.left(storeFailed(`write to the store in ${dir}`, broken)))
        disk.failWrites = undefined
        assert.deepEqual(await store.append([run(3)])(), E.right(undefined))
        assert.deepEqual(await store.announcements.read(0, 10)(), E.right({ announcements: [said(1)], dropped: 0 }))
        await store.close()()
        assert.deepEqual(await rowsIn(dir), [run(1), said(1), run(3)])
      }),
  },
  {
    name: 'all appends that shared a failed write fail, and none of them is kept',
    run: () =>
      inScratch(async (dir) => {
        const disk = saboteur()
        const store = await opened(dir, { openTable: disk.openTable })
        disk.failWrites = { error: broken, late: true }
        const failed = await Promise.all([1, 2, 3].map((n) => store.append([run(n), said(n)])()))
        assert.equal(failed.filter(E.isLeft).length, 3)
        disk.failWrites = undefined
        await ok(store.append([run(4)])())
        await store.close()()
        assert.deepEqual(await rowsIn(dir), [run(4)])
      }),
  },
  {
    name: 'a disk that is away for a while: everything fails until it is back, also reading, and nothing acknowledged is lost',
    run: () =>
      inScratch(async (dir) => {
        const disk = saboteur()
        const store = await opened(dir, { openTable: disk.openTable })
        await ok(store.append([run(1), said(1)])())
        disk.failWrites = { error: broken }
        disk.failOpen = broken
        for (const n of [2, 3]) assert.ok(E.isLeft(await store.append([run(n)])()))
        assert.ok(E.isLeft(await store.announcements.read(0, 1)()))
        disk.failWrites = undefined
        assert.ok(E.isLeft(await store.append([run(4)])()))
        disk.failOpen = undefined
        await ok(store.append([run(5)])())
        await store.close()()
        assert.deepEqual(await rowsIn(dir), [run(1), said(1), run(5)])
      }),
  },
  {
    name: 'a compaction that fails, before or after it reached the file, loses nothing',
    run: async () => {
      for (const late of [false, true]) {
        await inScratch(async (dir) => {
          const disk = saboteur()
          const retention = { maxAgeMs: 1e9, maxBytes: 40_000 }
          const store = await opened(dir, { openTable: disk.openTable, retention })
          await ok(store.append([run(9_999)])())
          for (let n = 1; n <= 200; n += 2) {
            const before = disk.writes
            await ok(store.append(exits(n, n + 1))())
            // Whatever is written after an append without having been asked for is the compaction: break the next one.
            const compacting = disk.writes > before + 1
            disk.failWrites = undefined
            if (compacting) break
            if (n > 20) breakSecondWrite(disk, late)
          }
          await store.close()()
          const rows = await rowsIn(dir)
          assert.deepEqual(rows.filter((row) => row._tag === 'RunRecord' && row.standing === 'open' && row.run.id === 'job-9999'), [
            run(9_999),
          ])
          const numbers = rows.flatMap((row) => (row._tag === 'Announcement' ? [row.seq] : []))
          assert.deepEqual(numbers, numbers.map((_, place) => (numbers[0] ?? 0) + place), 'announcements follow without a gap')
        })
      }
    },
  },
  {
    name: 'a directory that cannot be written is refused with the reason, and what to do',
    run: () =>
      inScratch(async (_, folder) => {
        writeFileSync(join(folder, 'file'), '')
        assert.match(
          await refusal(join(folder, 'file', 'store')),
          /^Cannot open the store in .*file.*: ENOTDIR.*; give a directory that can be written$/,
        )
      }),
  },
  {
    name: 'a disk that refuses the opening is not taken for a damaged store',
    run: () =>
      inScratch(async (dir) => {
        await (await opened(dir)).close()()
        const disk = saboteur()
        disk.failOpen = broken
        assert.equal(await refusal(dir, { openTable: disk.openTable }), `Cannot open the store in ${dir}: ${broken}`)
        assert.deepEqual(await rowsIn(dir), [])
      }),
  },
  {
    name: 'a first start that was cut short before anything was written is a first start again',
    run: () =>
      inScratch(async (dir) => {
        mkdirSync(join(dir, 'rows'), { recursive: true })
        writeFileSync(join(dir, 'rows', 'MANIFEST-000001'), '')
        assert.deepEqual(await rowsIn(dir), [])
      }),
  },
]

/** The append's own write passes, the one after it fails. */
const breakSecondWrite = (disk: ReturnType<typeof saboteur>, late: boolean): void => {
  const seen = disk.writes
  Object.defineProperty(disk, 'failWrites', {
    configurable: true,
    get: () => (disk.writes === seen + 2 ? { error: broken, late } : undefined),
    set: (value: unknown) => Object.defineProperty(disk, 'failWrites', { value, writable: true, configurable: true }),
  })
}
