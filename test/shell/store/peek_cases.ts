/** Looking into a store that is not opened: while it is in use, when it is damaged, where nothing may be written. Both runtimes run these. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { type Peeked, peekStore } from '../../../shell/store/peek.ts'
import { put } from '../../../shell/store/row.ts'
import { openLevel } from '../../../shell/store/table.ts'
import type { Vector } from '../../support/property.ts'
import { exits, inScratch, ok, opened, saboteur } from './scratch.ts'

const peeked = async (dir: string, openTable = openLevel): Promise<Peeked> => {
  const found = await peekStore(dir, openTable)()
  if (E.isLeft(found)) throw new Error(`Cannot ${found.left.action}: ${found.left.message}`)
  return found.right
}

const filesIn = (dir: string): ReadonlyArray<readonly [string, string]> =>
  readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== 'LOCK').map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return [path, readFileSync(path, 'latin1')] as const
  }).sort(([a], [b]) => (a < b ? -1 : 1))

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'a peek gives all that was acknowledged, while the store is in use and afterwards, and changes no file',
    run: () =>
      inScratch(async (dir) => {
        const store = await opened(dir)
        await ok(store.append(exits(1, 20))())
        assert.deepEqual(await peeked(dir), { records: exits(1, 20), damage: undefined })
        await ok(store.append(exits(21, 22))())
        await store.close()()
        const before = filesIn(dir)
        assert.deepEqual(await peeked(dir), { records: exits(1, 22), damage: undefined })
        assert.deepEqual(filesIn(dir), before)
      }),
  },
  {
    name: 'a peek at a store that is being written finds no damage, whatever moment it comes at',
    run: () =>
      inScratch(async (dir) => {
        // Small, so that rows are left out all the time.
        const store = await opened(dir, { retention: { maxBytes: 20_000 } })
        let isOver = false
        const writing = (async () => {
          for (let n = 1; n <= 400; n++) await ok(store.append(exits(n, n))())
          isOver = true
        })()
        let peeks = 0
        while (!isOver) {
          const { damage } = await peeked(dir)
          assert.equal(damage, undefined)
          peeks++
        }
        await writing
        await store.close()()
        assert.ok(peeks > 0)
      }),
  },
  {
    name: 'a copy that was made while files came and went is made again',
    run: () =>
      inScratch(async (dir) => {
        const store = await opened(dir)
        await ok(store.append(exits(1, 5))())
        await store.close()()
        const disk = saboteur()
        let opens = 0
        const found = await peeked(dir, async (copy) => {
          disk.failOpen = ++opens < 3 ? 'Corruption: 1 missing files; e.g.: 000007.ldb' : undefined
          return disk.openTable(copy)
        })
        assert.deepEqual([found.records.length, found.damage, opens], [15, undefined, 3])
      }),
  },
  {
    name: 'of a damaged store a peek gives what verifies, says what is wrong and how much is missing, and leaves it as it is',
    run: () =>
      inScratch(async (dir) => {
        const store = await opened(dir)
        await ok(store.append(exits(1, 5))())
        await store.close()()
        const again = await opened(dir) // into a table file, where a flipped bit costs one row
        await again.close()()
        const table = readdirSync(join(dir, 'rows')).find((name) => name.endsWith('.ldb'))
        assert.ok(table)
        const path = join(dir, 'rows', table)
        const bytes = readFileSync(path)
        const at = bytes.indexOf('"job-3"')
        bytes[at + 5] = (bytes[at + 5] ?? 0) ^ 1
        writeFileSync(path, bytes)
        const before = filesIn(dir)
        const { records, damage } = await peeked(dir)
        assert.deepEqual(records, exits(1, 5).filter((_, place) => place !== 6))
        assert.equal(damage?.lost, 1)
        assert.match(damage.text, /^row 7: wanted checksum /)
        assert.deepEqual(filesIn(dir), before)
      }),
  },
  {
    name: 'where there is no store, or a newer one, a peek is refused',
    run: () =>
      inScratch(async (dir) => {
        await assert.rejects(() => peeked(dir), { message: `Cannot read the store in ${dir}: there is none` })
        assert.ok(!existsSync(dir))
        await (await opened(dir)).close()()
        const table = await openLevel(join(dir, 'rows'))
        await table.write([put('format', JSON.stringify({ version: 2 }))])
        await table.close()
        await assert.rejects(() => peeked(dir), /^Error: Cannot read the store in .*: format\.version: wanted 1, found 2: a newer /)
      }),
  },
  {
    name: 'a peek needs no right to write',
    run: () =>
      inScratch(async (dir) => {
        const store = await opened(dir)
        await ok(store.append(exits(1, 2))())
        await store.close()()
        for (const path of [join(dir, 'rows'), dir]) chmodSync(path, 0o500)
        try {
          assert.equal((await peeked(dir)).records.length, 6)
        } finally {
          for (const path of [dir, join(dir, 'rows')]) chmodSync(path, 0o700)
        }
      }),
  },
]
