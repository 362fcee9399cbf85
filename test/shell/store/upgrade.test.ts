import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { put } from '../../../shell/store/row.ts'
import { type Upgrade, upgradeOps } from '../../../shell/store/upgrade.ts'

const entries = [['format', 'x'], ['a', '1'], ['b', '2']] as const
const addC: Upgrade = (old) => E.right([...old.filter(([key]) => key !== 'a'), ['c', '3']])
const shout: Upgrade = (old) => E.right(old.map(([key, value]) => [key, `${value}!`]))
const steps = new Map([[1, addC], [2, shout]])

t.test('nothing is written when the version is the one wanted', async (t) => t.same(upgradeOps(3, entries, steps, 3), E.right([])))

t.test('each step takes what the one before gave, and one write puts it all in place', async (t) => {
  t.same(
    upgradeOps(1, entries, steps, 3),
    E.right([
      { type: 'del', key: 'a' },
      { type: 'put', key: 'b', value: '2!' },
      { type: 'put', key: 'c', value: '3!' },
      put('format', '{"version":3}'),
    ]),
  )
})

t.test('a newer version, one without a way, and a step that fails are refused in one line', async (t) => {
  t.same(
    upgradeOps(4, entries, steps, 3),
    E.left('format.version: wanted 3, found 4: a newer containerd-reaper wrote it, use that one or another directory'),
  )
  t.same(upgradeOps(0, entries, steps, 3), E.left('format.version: wanted 3, found 0: there is no upgrade from version 0'))
  t.same(upgradeOps(1, entries, new Map([[1, () => E.left('row 7: no')]]), 2), E.left('row 7: no'))
})
