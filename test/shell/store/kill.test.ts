/** A process that appends is killed with SIGKILL at random moments: whatever it was told is kept is there, and nothing is damaged. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { inProject } from '../../support/paths.ts'
import { inScratch, loaded, opened, refusal, said } from './scratch.ts'

const kills = 20

/** Runs the appender until it has acknowledged a few, then `waitMs` more; gives the last acknowledged number. */
const killed = (dir: string, from: number, waitMs: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [inProject('dist/test/shell/store/appender.js'), dir, String(from)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let last = 0
    let timer: NodeJS.Timeout | undefined
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      last = Number(line)
      timer ??= setTimeout(() => child.kill('SIGKILL'), waitMs)
    })
    child.once('error', reject)
    lines.once('close', () => resolve(last))
  })

t.test(`${kills} kills at random moments: lost 0, corrupt 0`, (t) =>
  inScratch(async (dir) => {
    let acknowledged = 0
    for (let kill = 0; kill < kills; kill++) {
      // Not by lot: steps that share no rhythm with the writes.
      acknowledged = await killed(dir, acknowledged + 1, (kill * 37) % 101)
      const store = await opened(dir)
      const records = await loaded(store)
      const numbers = records.flatMap((record) => (record._tag === 'Announcement' ? [record.seq] : []))
      const last = numbers.at(-1) ?? 0
      t.ok(last >= acknowledged, `kill ${kill}: the last one acknowledged is there`, { acknowledged, last })
      t.same(numbers, numbers.map((_, place) => last - numbers.length + 1 + place), 'and all before it that retention keeps')
      const read = await store.announcements.read(last, 1)()
      t.same(read._tag === 'Right' && read.right.announcements, [said(last)], 'as it was written')
      await store.close()()
      acknowledged = last
    }
  }))

t.test('another process is refused with the pid of the first, and let in once that was killed', (t) =>
  inScratch(async (dir) => {
    const child = spawn(process.execPath, [inProject('dist/test/shell/store/appender.js'), dir], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    t.match(await refusal(dir), `a reaper with pid ${child.pid ?? 0} uses it; stop that one or give another directory`)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    const store = await opened(dir)
    t.same(await store.close()(), E.right(undefined))
  }))
