/** A disk that is really full: a small tmpfs, as root on Linux. What a full disk does elsewhere is in fault_cases.ts. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { exits, inScratch, loaded, ok, opened, refusal } from './scratch.ts'

const mount = (at: string, how: string): boolean => spawnSync('mount', ['-t', 'tmpfs', '-o', how, 'tmpfs', at]).status === 0

/** Gives `use` a folder on a disk of its own. */
const onDisk = (use: (disk: string) => Promise<void>): Promise<boolean> => {
  let mounted = false
  return inScratch(async (_, folder) => {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    mounted = mount(disk, 'size=3m,mode=0700')
    if (!mounted) return
    try {
      await use(disk)
    } finally {
      spawnSync('umount', ['-l', disk])
    }
  }).then(() => mounted)
}

const why = process.getuid?.() === 0 ? false : 'only root may mount a small disk'

t.test(
  'a full disk: nothing acknowledged is lost, nothing that failed is there, and it goes on when there is room',
  { skip: why },
  async (t) => {
    const mounted = await onDisk(async (disk) => {
      const dir = join(disk, 'store')
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(2_000_000))
      const store = await opened(dir)
      let n = 0
      let failed = ''
      while (failed === '') {
        const outcome = await store.append(exits(n + 1, n + 20))()
        if (E.isRight(outcome)) n += 20
        else failed = outcome.left.message
      }
      t.match(failed, /^the disk is full: .*No space left on device/)
      t.ok(E.isLeft(await store.append(exits(n + 1, n + 20))()), 'still full')
      rmSync(join(disk, 'ballast'))
      await ok(store.append(exits(n + 1, n + 1))())
      await store.close()()
      const again = await opened(dir)
      t.same(await loaded(again), exits(1, n + 1))
      await again.close()()
    })
    t.ok(mounted, 'the disk was there')
  },
)

t.test('a disk that can only be read: refused with the reason', { skip: why }, async (t) => {
  const mounted = await onDisk(async (disk) => {
    const dir = join(disk, 'store')
    await (await opened(dir)).close()()
    t.equal(spawnSync('mount', ['-o', 'remount,ro', disk]).status, 0)
    t.match(await refusal(dir), /^Cannot open the store in .*Read-only file system|EROFS.*; give a directory that can be written$/)
  })
  t.ok(mounted, 'the disk was there')
})
