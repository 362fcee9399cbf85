/** A synchronisation in parts: everything once, pods first, nothing over the size, and what no message can hold is named. */
import assert from 'node:assert/strict'
import { chunked } from '../../../../shell/nri/chunks.ts'
import { pod, stopped } from '../../../support/nri/with_host.ts'
import type { Vector } from '../../../support/property.ts'

const container = (id: string, bytes: number) => ({ ...stopped(id, 'p'), env: ['x'.repeat(bytes)] })

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'chunks: nothing is one empty part, a little is one part',
    run: () => {
      assert.deepEqual(chunked({ pods: [], containers: [] }), { chunks: [{ pods: [], containers: [] }], leftOut: [] })
      const little = { pods: [pod('p')], containers: [stopped('c', 'p')] }
      assert.deepEqual(chunked(little), { chunks: [little], leftOut: [] })
    },
  },
  {
    name: 'chunks: much is several, in order; what is too large, or no message at all, is left out and named',
    run: () => {
      const containers = [container('a', 3_000), container('huge', 9_000), container('b', 3_000), { ...stopped('odd', 'p'), pid: -1 }]
      const { chunks, leftOut } = chunked({ pods: [pod('p')], containers }, 6_000)
      assert.deepEqual(chunks.map((chunk) => [...chunk.pods, ...chunk.containers].map(({ id }) => id)), [['p', 'a'], ['b']])
      assert.deepEqual(leftOut, ['huge', 'odd'])
    },
  },
]
