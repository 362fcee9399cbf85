/** What a durable store does while the disk is well. Both runtimes run these. */
import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import { millis, replayRecords } from '../../../core/index.ts'
import { storeFailed } from '../../../shell/errors.ts'
import { openLevel } from '../../../shell/store/table.ts'
import type { Vector } from '../../support/property.ts'
import { virtualClock } from '../../support/virtual_clock.ts'
import { exits, inScratch, loaded, ok, opened, refusal, rowsIn, run, saboteur, said, start } from './scratch.ts'

/** In a row that stands for all that were dropped. */
const nobody = { namespace: '', id: '', pid: 0 }

/** Bytes of a file, 0 when LevelDB has just removed it. */
const sizeIn = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'a store that was never there is empty, and gives back what was appended after the next opening, in order',
    run: () =>
      inScratch(async (dir) => {
        const store = await opened(dir)
        assert.deepEqual(await loaded(store), [])
        await ok(store.append([run(1), run(2)])())
        await ok(store.append([said(1)])())
        await ok(store.close()())
        assert.deepEqual(await rowsIn(dir), [run(1), run(2), said(1)])
        assert.equal(statSync(dir).mode & 0o777, 0o700)
      }),
  },
  {
    name: 'what is loaded a second time holds what was appended since',
    run: () =>
      inScratch(async (dir) => {
        const store = await opened(dir)
        await loaded(store)
        await ok(store.append([run(1)])())
        assert.deepEqual(await loaded(store), [run(1)])
        await store.close()()
      }),
  },
  {
    name: 'after close everything fails, and says so',
    run: () =>
      inScratch(async (dir) => {
        const store = await opened(dir)
        const late = store.append([run(1)])
        await ok(store.close()())
        assert.deepEqual(await late(), E.left(storeFailed(`write to the store in ${dir}`, 'it is closed')))
        assert.deepEqual(await store.load()(), E.left(storeFailed(`load the store in ${dir}`, 'it is closed')))
        assert.deepEqual(await store.close()(), E.left(storeFailed(`close the store in ${dir}`, 'it is closed')))
        assert.deepEqual(await store.announcements.read(1, 1)(), E.left(storeFailed(`read the store in ${dir}`, 'it is closed')))
        assert.deepEqual(await store.announcements.acknowledge(1)(), E.left(storeFailed(`write to the store in ${dir}`, 'it is closed')))
      }),
  },
  {
    name: 'close waits for the appends that are on their way',
    run: () =>
      inScratch(async (dir) => {
        const store = await opened(dir)
        const append = store.append([run(1)])()
        await ok(store.close()())
        await ok(append)
        assert.deepEqual(await rowsIn(dir), [run(1)])
      }),
  },
  {
    name: 'a burst of 100 exits shares a handful of writes, and keeps its order',
    run: () =>
      inScratch(async (dir) => {
        const disk = saboteur()
        const store = await opened(dir, { openTable: disk.openTable })
        disk.writes = 0
        let release = (): void => undefined
        disk.hold = new Promise((resolve) => release = resolve)
        const first = store.append([run(0)])()
        // The first write is on its way; all others come meanwhile.
        await new Promise((resolve) => setTimeout(resolve, 0))
        const others = Array.from({ length: 100 }, (_, n) => store.append([run(n + 1), said(n + 1)])())
        release()
        await ok(first)
        for (const other of others) await ok(other)
        assert.ok(disk.writes <= 3, `wanted at most 3 writes, found ${disk.writes}`)
        await store.close()()
        assert.deepEqual(await rowsIn(dir), [run(0), ...others.flatMap((_, n) => [run(n + 1), said(n + 1)])])
      }),
  },
  {
    name: 'what is appended in one turn of the loop shares one write, also when nothing is on its way',
    run: () =>
      inScratch(async (dir) => {
        const disk = saboteur()
        const store = await opened(dir, { openTable: disk.openTable })
        disk.writes = 0
        const one = store.append([run(1)])()
        await Promise.resolve()
        await Promise.all([one, store.append([run(2)])(), store.append([run(3)])()])
        assert.equal(disk.writes, 1)
        await store.close()()
      }),
  },
  {
    name: 'a second opening is refused with the pid of the first, and harms nothing',
    run: () =>
      inScratch(async (dir) => {
        const store = await opened(dir)
        await ok(store.append([run(1)])())
        const line = `Cannot open the store in ${dir}: a reaper with pid ${process.pid} uses it; stop that one or give another directory`
        assert.equal(await refusal(dir), line)
        await ok(store.append([run(2)])())
        await store.close()()
        assert.deepEqual(await rowsIn(dir), [run(1), run(2)])
      }),
  },
  {
    name: 'a store of a newer version is refused and left alone',
    run: () =>
      inScratch(async (dir) => {
        await (await opened(dir)).close()()
        const { put } = await import('../../../shell/store/row.ts')
        const table = await openLevel(join(dir, 'rows'))
        await table.write([put('format', '{"version":2}')])
        await table.close()
        const line = await refusal(dir)
        assert.equal(
          line,
          `Cannot open the store in ${dir}: format.version: wanted 1, found 2: a newer containerd-reaper wrote it, use that one or another directory`,
        )
        assert.equal(await refusal(dir), line)
      }),
  },
  {
    name: 'rows of an earlier boot are told from those of this one, through compaction too',
    run: () =>
      inScratch(async (dir) => {
        const one = await opened(dir)
        assert.equal(one.earlierBoot, 0)
        await ok(one.append([run(1), run(2)])())
        await one.close()()
        const two = await opened(dir, { boot: 'boot-2' })
        assert.equal(two.earlierBoot, 2)
        await two.close()()
        const three = await opened(dir, { boot: 'boot-2' })
        assert.equal(three.earlierBoot, 2, 'also when nothing was written in between')
        await ok(three.append([run(3)])())
        await three.close()()
        const retention = { maxAgeMs: 1e9, maxBytes: 8_000 }
        const four = await opened(dir, { boot: 'boot-2', retention })
        assert.equal(four.earlierBoot, 2)
        for (let n = 0; n < 40; n++) await ok(four.append([run(3, { attempts: n })])())
        await four.close()()
        const five = await opened(dir, { boot: 'boot-2' })
        const rows = await loaded(five)
        assert.ok(rows.length < 43, 'something was left out')
        assert.deepEqual(rows.slice(0, 2), [run(1), run(2)])
        assert.equal(five.earlierBoot, 2)
        await five.close()()
      }),
  },
  {
    name: 'old announcements go by size, open runs never, and the rows stay without a gap',
    run: () =>
      inScratch(async (dir) => {
        const retention = { maxAgeMs: 1e9, maxBytes: 40_000 }
        const store = await opened(dir, { retention })
        await ok(store.append([run(7_777)])())
        for (let n = 1; n <= 400; n += 10) await ok(store.append(exits(n, n + 9))())
        const found = await store.announcements.read(0, 1_000)()
        assert.ok(E.isRight(found))
        const { announcements, dropped } = found.right
        assert.ok(dropped > 300, `wanted most to be gone, found ${dropped} dropped`)
        assert.deepEqual(announcements, Array.from({ length: 400 - dropped }, (_, n) => said(dropped + 1 + n)))
        await store.close()()
        const rows = await rowsIn(dir, { retention })
        assert.deepEqual(rows.filter((row) => row._tag === 'RunRecord' && row.standing === 'open' && row.run.id === 'job-7777'), [
          run(7_777),
        ])
        assert.ok(rows.length < 300, `wanted few rows, found ${rows.length}`)
        assert.deepEqual(rows.filter((row) => row._tag === 'Announcement').at(-1), said(400))
      }),
  },
  {
    name:
      'what is over goes by age also where little is written, at an opening or with the next write; open runs and the newest number stay',
    run: () =>
      inScratch(async (dir) => {
        const clock = virtualClock(start)
        const week = 7 * 86_400_000
        const store = await opened(dir, { clock })
        await ok(store.append([run(7_777), ...exits(1, 3)])())
        await clock.advance(week + 10)
        await ok(store.append([run(4, { at: millis(start + week) })])())
        await store.close()()
        const stands = [run(7_777), said(3), run(4, { at: millis(start + week) }), {
          _tag: 'RunDropped',
          run: { ...nobody, generation: 1 },
        }]
        assert.deepEqual(await rowsIn(dir, { clock }), stands)
        const again = await opened(join(dir, 'other'), { clock })
        await ok(again.append(exits(1, 3))()) // old already, and the hour is not over
        assert.equal((await loaded(again)).length, 0)
        await again.close()()
        await rowsIn(join(dir, 'other'), { clock })
        assert.deepEqual(await rowsIn(join(dir, 'other'), { clock }), [said(3), { _tag: 'RunDropped', run: { ...nobody, generation: 1 } }])
      }),
  },
  {
    name: 'the disk that it takes is bounded, however much is written',
    run: () =>
      inScratch(async (dir) => {
        const store = await opened(dir, { retention: { maxBytes: 1_000_000 } })
        let most = 0
        for (let n = 1; n <= 15_000; n += 150) {
          await ok(store.append(exits(n, n + 149))())
          most = Math.max(most, readdirSync(join(dir, 'rows')).reduce((sum, name) => sum + sizeIn(join(dir, 'rows', name)), 0))
        }
        await store.close()()
        // Some 26 MB have been written by then; LevelDB lets a dozen tables gather before it merges them.
        assert.ok(most < 18_000_000, `wanted at most 18 MB for 1 MB that may be kept, found ${most}`)
      }),
  },
  {
    name: 'a generation that was dropped is never given out again, however often the store is tidied',
    run: () =>
      inScratch(async (dir) => {
        const retention = { maxAgeMs: 1e9, maxBytes: 20_000 }
        const store = await opened(dir, { retention })
        const old = { namespace: 'ci', id: 'old', pid: 7, generation: 41 }
        await ok(store.append([run(1, { run: old, standing: 'closed' }), said(1, 1, { run: old })])())
        for (let n = 2; n <= 300; n += 10) await ok(store.append(exits(n, n + 9))())
        await store.close()()
        const rows = await rowsIn(dir, { retention })
        assert.ok(rows.every((row) => row._tag !== 'RunRecord' || row.run.id !== 'old'), 'its record is gone')
        assert.deepEqual(rows.filter((row) => row._tag === 'RunDropped'), [{
          _tag: 'RunDropped',
          run: { namespace: '', id: '', pid: 0, generation: 41 },
        }])
        assert.equal(replayRecords('boot-1', rows).lastForgotten, 41)
      }),
  },
  {
    name: 'acknowledged announcements go earlier, the newest stays, and the acknowledgement outlives a restart',
    run: () =>
      inScratch(async (dir) => {
        const retention = { maxAgeMs: 1e9, maxBytes: 80_000 }
        const store = await opened(dir, { retention })
        await ok(store.append(exits(1, 20))())
        await ok(store.announcements.acknowledge(20)())
        await store.close()()
        const again = await opened(dir, { retention })
        await ok(again.append(Array.from({ length: 40 }, (_, n) => run(21, { attempts: n })))())
        const found = await again.announcements.read(0, 100)()
        assert.deepEqual(found, E.right({ announcements: [said(20)], dropped: 19 }))
        await again.close()()
      }),
  },
]
