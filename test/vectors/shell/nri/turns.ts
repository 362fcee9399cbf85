/** Things of one name in order, of different names side by side, and nothing kept of what is over. */
import assert from 'node:assert/strict'
import { inOrder } from '../../../../shell/nri/turns.ts'
import type { Vector } from '../../../support/property.ts'
import { settle } from '../../../support/virtual_clock.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'turns: the second of a name waits for the first, another name does not',
    run: async () => {
      const turns = inOrder()
      const done: Array<string> = []
      let open: () => void = () => undefined
      const opened = new Promise<void>((resolve) => open = resolve)
      const first = turns('a', () => opened.then(() => void done.push('a1')))
      const second = turns('a', () => Promise.resolve(void done.push('a2')))
      await turns('b', () => Promise.resolve(void done.push('b1')))
      await settle()
      assert.deepEqual(done, ['b1'])
      open()
      await Promise.all([first, second])
      assert.deepEqual(done, ['b1', 'a1', 'a2'])
      assert.equal(await turns('a', () => Promise.resolve(7)), 7)
    },
  },
]
