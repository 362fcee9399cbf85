/** One thing after the other, in a line of bounded length. */
import assert from 'node:assert/strict'
import { makeLane } from '../../../../shell/nri/lane.ts'
import type { Vector } from '../../../support/property.ts'
import { settle } from '../../../support/virtual_clock.ts'

const gate = () => {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => open = resolve)
  return { open, opened }
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'lane: one after the other, in order',
    run: async () => {
      const { open, opened } = gate()
      const done: Array<number> = []
      const lane = makeLane(10, () => assert.fail('not full'))
      const all = [1, 2, 3].map((n) =>
        lane.add(async () => {
          await opened
          done.push(n)
        })
      )
      await settle()
      assert.deepEqual(done, [])
      open()
      await Promise.all(all)
      assert.deepEqual(done, [1, 2, 3])
    },
  },
  {
    name: 'lane: closed, it gives up what has not begun and takes nothing more',
    run: async () => {
      const { open, opened } = gate()
      const done: Array<number> = []
      const lane = makeLane(10, () => assert.fail('not full'))
      const first = lane.add(() => opened.then(() => void done.push(1)))
      const second = lane.add(() => Promise.resolve(void done.push(2)))
      lane.close()
      await second
      await lane.add(() => Promise.resolve(void done.push(3)))
      open()
      await first
      assert.deepEqual(done, [1])
    },
  },
  {
    name: 'lane: full, it says so once and is closed',
    run: async () => {
      let full = 0
      const lane = makeLane(2, () => full += 1)
      const { open, opened } = gate()
      const jobs = [1, 2, 3, 4, 5].map(() => lane.add(() => opened))
      await Promise.all(jobs.slice(1))
      assert.equal(full, 1)
      open()
      await jobs[0]
    },
  },
]
