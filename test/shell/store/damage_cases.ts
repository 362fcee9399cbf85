/** Files that were changed behind the store's back: refused and left alone, or all there; and the way out. Both runtimes run these. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { ReaperRecord } from '../../../core/index.ts'
import { openStore } from '../../../shell/store/level.ts'
import { rowKey } from '../../../shell/store/row.ts'
import { salvage, type Salvaged } from '../../../shell/store/salvage.ts'
import { openLevel } from '../../../shell/store/table.ts'
import type { Vector } from '../../support/property.ts'
import { exits, inScratch, loaded, ok, opened, options, refusal, rowsIn, run } from './scratch.ts'

const all: ReadonlyArray<ReaperRecord> = exits(1, 30)

/** A store of `all`, partly in LevelDB's tables, partly in its log. */
const filled = async (dir: string): Promise<void> => {
  const first = await opened(dir)
  await ok(first.append(all.slice(0, 50))())
  await first.close()()
  const second = await opened(dir)
  for (const row of all.slice(50)) await ok(second.append([row])())
  await second.close()()
}

const filesOf = (dir: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(join(dir, 'rows')).filter((name) => name !== 'LOCK' && !name.startsWith('LOG')).sort().map((name) => [
      name,
      readFileSync(join(dir, 'rows', name), 'latin1'),
    ]),
  )

const salvaged = async (dir: string): Promise<Salvaged> => {
  const done = await salvage(options(dir))()
  if (E.isLeft(done)) throw new Error(done.left.message)
  return done.right
}

const flip = (path: string, bit: number): void => {
  const bytes = readFileSync(path)
  const at = bit >>> 3
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
  writeFileSync(path, bytes)
}

const isSubsequence = (part: ReadonlyArray<ReaperRecord>, whole: ReadonlyArray<ReaperRecord>): boolean => {
  let place = 0
  const texts = whole.map(textOf)
  return part.every((row) => {
    place = texts.indexOf(textOf(row), place) + 1
    return place > 0
  })
}
const textOf = (row: ReaperRecord): string => JSON.stringify(row, (_, value: unknown) => typeof value === 'bigint' ? `${value}` : value)

/** Does `damage` to a copy of the same store each time, and sees that it is refused, left alone, and salvaged. */
const isCaught = async (model: string, damage: (dir: string) => void): Promise<'harmless' | Salvaged> => {
  const folder = mkdtempSync(join(tmpdir(), 'reaper-damage-'))
  const dir = join(folder, 'store')
  try {
    cpSync(model, dir, { recursive: true })
    damage(dir)
    const before = filesOf(dir)
    const store = await openStore(options(dir))()
    if (E.isRight(store)) {
      assert.deepEqual(await loaded(store.right), all, 'a store that opens holds everything')
      await store.right.close()()
      return 'harmless'
    }
    assert.match(store.left.message, /; start once with --salvage to keep the damaged files aside and go on with every row that verifies$/)
    assert.ok(!store.left.message.includes('\n'), 'one line')
    assert.deepEqual(filesOf(dir), before, 'the files are as they were')
    const done = await salvaged(dir)
    assert.ok(done.movedTo !== undefined && existsSync(done.movedTo))
    assert.deepEqual(filesOf(done.movedTo), before, 'and are kept')
    const rows = await rowsIn(dir)
    assert.equal(rows.length, done.kept)
    assert.equal(done.lost, all.length - done.kept)
    assert.ok(isSubsequence(rows, all), 'what is left is what was written, in its order')
    return done
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Spread over the file by a golden ratio, so that few looks see all of it; the same on every run. */
const bitsOf = (path: string, count: number): ReadonlyArray<number> => {
  const bits = readFileSync(path).length * 8
  return Array.from({ length: Math.min(count, bits) }, (_, n) => Math.floor((((n + 1) * 0.6180339887) % 1) * bits))
}

const only = (dir: string, end: RegExp): string => {
  const name = readdirSync(join(dir, 'rows')).find((file) => end.test(file))
  if (name === undefined) throw new Error(`wanted a file ${end}, found ${readdirSync(join(dir, 'rows')).join(' ')}`)
  return name
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'one bit flipped anywhere in the table or the log is refused, named, left alone and salvaged; or nothing is missing',
    run: () =>
      inScratch(async (dir) => {
        await filled(dir)
        const seen = { harmless: 0, salvaged: 0 }
        for (const end of [/\.ldb$/, /\.log$/, /^MANIFEST/, /^CURRENT$/]) {
          const name = only(dir, end)
          for (const bit of bitsOf(join(dir, 'rows', name), end.source.includes('l') ? 10 : 3)) {
            const found = await isCaught(dir, (copy) => flip(join(copy, 'rows', name), bit))
            if (found === 'harmless') seen.harmless++
            else seen.salvaged++
          }
        }
        assert.ok(seen.salvaged >= 15, `wanted most to be noticed, found ${JSON.stringify(seen)}`)
      }),
  },
  {
    name: 'one flipped bit in a row costs that row and no other',
    run: () =>
      inScratch(async (dir) => {
        await filled(dir)
        const name = only(dir, /\.ldb$/)
        const at = readFileSync(join(dir, 'rows', name)).indexOf('"id":"job-7"')
        const found = await isCaught(dir, (copy) => flip(join(copy, 'rows', name), (at + 8) * 8))
        assert.ok(found !== 'harmless')
        assert.equal(found.lost, 1)
      }),
  },
  {
    name: 'the line says which row, what was wanted and what was found',
    run: () =>
      inScratch(async (dir) => {
        await filled(dir)
        const name = only(dir, /\.ldb$/)
        const at = readFileSync(join(dir, 'rows', name)).indexOf('"id":"job-1"')
        flip(join(dir, 'rows', name), (at + 8) * 8)
        assert.match(
          await refusal(dir),
          /^Cannot open the store in \S+: row 1: wanted checksum [0-9a-f]{8}, found "[0-9a-f]{8}": it is damaged; start once with --salvage/,
        )
      }),
  },
  {
    name: 'acknowledged rows that are cut off the end are missed; rows that nobody was told of are not',
    run: () =>
      inScratch(async (dir) => {
        await filled(dir)
        const log = only(dir, /\.log$/)
        const { length } = readFileSync(join(dir, 'rows', log))
        for (const cut of [1, 400, length]) {
          const found = await isCaught(dir, (copy) => truncateSync(join(copy, 'rows', log), length - cut))
          assert.ok(found !== 'harmless' && found.lost > 0, `wanted ${cut} missing bytes to be noticed`)
        }
        truncateSync(join(dir, 'rows', log), length - 1)
        unlinkSync(join(dir, 'head'))
        assert.deepEqual(await rowsIn(dir), all.slice(0, -1), 'as after a power cut')
      }),
  },
  {
    name: 'a part that is missing is refused: the names of all files, a table, the log, the lot',
    run: () =>
      inScratch(async (dir) => {
        await filled(dir)
        for (const end of [/^CURRENT$/, /^MANIFEST/, /\.ldb$/, /\.log$/]) {
          assert.notEqual(await isCaught(dir, (copy) => unlinkSync(join(copy, 'rows', only(copy, end)))), 'harmless')
        }
        const lot = await isCaught(dir, (copy) => readdirSync(join(copy, 'rows')).forEach((name) => unlinkSync(join(copy, 'rows', name))))
        assert.deepEqual(lot === 'harmless' ? lot : lot.kept, 0)
      }),
  },
  {
    name: 'a row that is missing in the middle is named, and so are the files when they have lost their root, also after a power cut',
    run: () =>
      inScratch(async (dir) => {
        await filled(dir)
        unlinkSync(join(dir, 'head'))
        const table = await openLevel(join(dir, 'rows'))
        await table.write([{ type: 'del', key: rowKey(40) }, { type: 'del', key: rowKey(41) }])
        await table.close()
        assert.match(await refusal(dir), /: row 40: wanted it after row 39, found row 42: 2 rows are lost; start once with --salvage /)
        unlinkSync(join(dir, 'rows', 'CURRENT'))
        assert.match(await refusal(dir), /: rows\/CURRENT: wanted the file that names all others, found none; start once with --salvage /)
      }),
  },
  {
    name: 'a store that is well is not salvaged, one that is in use or not there neither',
    run: () =>
      inScratch(async (dir) => {
        assert.deepEqual(await salvaged(dir), { kept: 0, lost: 0, movedTo: undefined })
        const store = await opened(dir)
        await ok(store.append([run(1)])())
        assert.match(JSON.stringify(await salvage(options(dir))()), /a reaper with pid \d+ uses it; stop that one first/)
        await store.close()()
        assert.deepEqual(await salvaged(dir), { kept: 1, lost: 0, movedTo: undefined })
        assert.deepEqual(await rowsIn(dir), [run(1)])
      }),
  },
  {
    name: 'an opening that was cut short by a crash is finished by the next one',
    run: () =>
      inScratch(async (dir) => {
        await filled(dir)
        cpSync(join(dir, 'rows'), join(dir, 'rows.before'), { recursive: true })
        // As if it had died in the middle of putting things back.
        unlinkSync(join(dir, 'rows', 'CURRENT'))
        assert.deepEqual(await rowsIn(dir), all)
        assert.deepEqual(readdirSync(dir).sort(), ['head', 'lock', 'rows'])
      }),
  },
  {
    name: 'a salvage that was cut short between its two renames is finished by the next start',
    run: () =>
      inScratch(async (dir) => {
        await filled(dir)
        cpSync(dir, `${dir}.salvaged`, { recursive: true })
        rmSync(dir, { recursive: true })
        assert.deepEqual(await rowsIn(dir), all)
      }),
  },
]
