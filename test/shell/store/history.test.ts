/** Stores that earlier versions wrote open for ever. `UPDATE_HISTORIES=1` writes one of today's version where there is none yet. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { inProject } from '../../support/paths.ts'
import { exits, inScratch, loaded, ok, opened, run, said } from './scratch.ts'

const place = inProject('test/histories/store-v1')
const rows = [
  ...exits(1, 12),
  run(13, { oomKilled: true, attempts: 3, lastError: 'no "disk"\né' }),
  { _tag: 'RunDropped', run: run(14).run } as const,
]

if (process.env['UPDATE_HISTORIES'] === '1' && !existsSync(join(place, 'rows'))) {
  await inScratch(async (dir) => {
    const first = await opened(dir)
    await ok(first.append(rows.slice(0, 20))())
    await ok(first.announcements.acknowledge(4)())
    await first.close()()
    const second = await opened(dir)
    await ok(second.append(rows.slice(20))())
    await second.close()()
    rmSync(join(dir, 'lock'), { recursive: true })
    mkdirSync(place, { recursive: true })
    cpSync(dir, place, { recursive: true, filter: (path) => !/\/(LOCK|LOG|LOG\.old)$/.test(path) })
  })
}

t.test('a store of version 1', (t) =>
  inScratch(async (dir) => {
    cpSync(place, dir, { recursive: true })
    const store = await opened(dir)
    t.same(await loaded(store), rows)
    t.same(await store.announcements.read(12, 10)(), E.right({ announcements: [said(12)], dropped: 4 }), 'what was acknowledged goes')
    await ok(store.append([run(15)])())
    await store.close()()
    t.ok(readdirSync(dir).includes('head'))
  }))
