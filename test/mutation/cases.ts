/**
 * Every seeded bug can still be seeded, is caught by a check that exists, and has a name of its own; and some are seeded, so that it is
 * known that the seeding works. All of them are seeded by test/nightly/mutations.ts.
 */
import assert from 'node:assert/strict'
import type { Vector } from '../support/property.ts'
import { misplaced, mutations } from './list.ts'
import { copyOfProject } from './seed.ts'

/** They are caught in their first moments. The check that is called exhaustive takes longer than there is time for here. */
const seeded = [
  'acts before the exit is on disk',
  'does not go on with open runs after a restart',
  'tells listeners although the write failed',
]

/** Worlds are quick, but a test run has a minute for everything else too. */
const worlds = 20

const kinds = /^(simulator|exhaustive|crash matrix|vector): ./

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'every seeded bug finds its place, once',
    run: () => {
      assert.deepEqual(mutations.map(misplaced).filter((it) => it !== undefined), [])
      assert.equal(new Set(mutations.map(({ name }) => name)).size, mutations.length)
      assert.deepEqual(mutations.filter(({ by }) => !kinds.test(by)), [])
      assert.ok(mutations.length >= 45)
    },
  },
  {
    name: 'seeded bugs are caught by the checks named for them, and nothing is caught where none is seeded',
    run: () => {
      const copy = copyOfProject()
      try {
        for (const name of seeded) {
          const mutation = mutations.find((it) => it.name === name)
          assert.ok(mutation !== undefined, name)
          assert.equal(copy.control(mutation.by, worlds), undefined, mutation.by)
          const found = copy.run(mutation, worlds)
          assert.equal(typeof found, 'object', `${name}: ${typeof found === 'string' ? found : `not caught by ${mutation.by}`}`)
        }
      } finally {
        copy.remove()
      }
    },
  },
]
