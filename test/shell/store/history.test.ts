/** Stores that earlier versions wrote open for ever. `UPDATE_HISTORIES=1` writes one of today's version where there is none yet. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { millis, type ReaperRecord } from '../../../core/index.ts'
import { inProject } from '../../support/paths.ts'
import { exits, inScratch, loaded, ok, opened, run, said, start } from './scratch.ts'

const first: ReadonlyArray<ReaperRecord> = [
  ...exits(1, 12),
  run(13, { oomKilled: true, attempts: 3, lastError: 'no "disk"\né' }),
  { _tag: 'RunDropped', run: run(14).run },
]
/** Later rows of the same version: of runs that go on, and with what was done about an exit. */
const later: ReadonlyArray<ReaperRecord> = [
  ...first,
  run(15, { exit: undefined }),
  run(16, {
    attempts: 1,
    lastError: 'no "disk"\né',
    trail: [
      { what: 'cut', at: millis(start) },
      ...(['count', 'write', 'look', 'notify', 'kill', 'drain', 'delete', 'clean', 'wait', 'resume'] as const).map((what, n) => (
        { what, at: millis(start + 1 + n) }
      )),
      { what: 'fail', at: millis(start + 20), error: 'no "disk"\né' },
    ],
  }),
]

const histories: Readonly<Record<string, ReadonlyArray<ReaperRecord>>> = { 'store-v1': first, 'store-v1-trail': later }

for (const [name, rows] of Object.entries(histories)) {
  const place = inProject('test/histories', name)
  if (process.env['UPDATE_HISTORIES'] === '1' && !existsSync(join(place, 'rows'))) {
    await inScratch(async (dir) => {
      const one = await opened(dir)
      await ok(one.append(rows.slice(0, 20))())
      await one.close()()
      const two = await opened(dir)
      await ok(two.append(rows.slice(20))())
      await ok(two.announcements.acknowledge(4)())
      await two.close()()
      rmSync(join(dir, 'lock'), { recursive: true })
      mkdirSync(place, { recursive: true })
      cpSync(dir, place, { recursive: true, filter: (path) => !/\/(LOCK|LOG|LOG\.old)$/.test(path) })
    })
  }

  t.test(`the history ${name}`, (t) =>
    inScratch(async (dir) => {
      cpSync(place, dir, { recursive: true })
      const store = await opened(dir)
      t.same(await loaded(store), rows)
      t.same(await store.announcements.read(12, 10)(), E.right({ announcements: [said(12)], dropped: 4 }), 'what was acknowledged goes')
      await ok(store.append([run(17)])())
      await store.close()()
      t.ok(readdirSync(dir).includes('head'))
    }))
}
