import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import t from 'tap'
import { openLevel } from '../../../shell/store/table.ts'
import { inScratch } from './scratch.ts'

t.test('every write asks LevelDB for its fsync', (t) =>
  inScratch(async (_, folder) => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- tap calls it as a method again
    const batches = t.capture(ClassicLevel.prototype, 'batch', ClassicLevel.prototype.batch)
    const table = await openLevel(join(folder, 'table'))
    await table.write([{ type: 'put', key: 'a', value: '1' }])
    await table.write([{ type: 'del', key: 'a' }])
    await table.close()
    t.same(batches().map(({ args }) => args[1]), [{ sync: true }, { sync: true }])
  }))
