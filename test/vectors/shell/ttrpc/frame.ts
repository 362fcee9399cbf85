/** ttrpc's frames: their bytes, whole or in pieces, and what is kept of one that does not come. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { encodeFrame, type Frame, frameReader, longestMessage } from '../../../../shell/ttrpc/frame.ts'
import { hex, ttrpc } from '../../../support/nri/bytes.ts'
import type { Vector } from '../../../support/property.ts'

const read = (...chunks: ReadonlyArray<Uint8Array>): ReadonlyArray<Frame> | string => {
  const reader = frameReader()
  const frames: Array<Frame> = []
  for (const chunk of chunks) {
    const pushed = reader.push(chunk)
    if (E.isLeft(pushed)) return pushed.left.message
    frames.push(...pushed.right)
  }
  return frames
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'frame: an empty answer is ten bytes',
    run: () => {
      const bytes = hex('00000000 00000001 02 00')
      assert.deepEqual(encodeFrame({ stream: 1, type: 2, flags: 0, data: new Uint8Array(0) }), bytes)
      assert.deepEqual(read(bytes), [{ stream: 1, type: 2, flags: 0, data: new Uint8Array(0) }])
    },
  },
  {
    name: 'frame: several in one piece and one in many pieces are the same',
    run: () => {
      const both = new Uint8Array([...ttrpc(1, 1, hex('0a0b'), 2), ...ttrpc(4_294_967_295, 3, hex('0c'))])
      const frames = [
        { stream: 1, type: 1, flags: 2, data: hex('0a0b') },
        { stream: 4_294_967_295, type: 3, flags: 0, data: hex('0c') },
      ]
      assert.deepEqual(read(both), frames)
      assert.deepEqual(read(...[...both].map((byte) => Uint8Array.of(byte))), frames)
    },
  },
  {
    name: 'frame: the longest message is taken, one byte more is a fault',
    run: () => {
      const longest = ttrpc(1, 1, new Uint8Array(longestMessage).fill(7))
      const frames = read(longest.subarray(0, 5_000), longest.subarray(5_000, 70_000), longest.subarray(70_000))
      assert.ok(typeof frames !== 'string')
      assert.deepEqual(frames.map(({ data }) => [data.length, data[0], data.at(-1)]), [[longestMessage, 7, 7]])
      assert.equal(read(hex('00400001 00000001 01 00')), 'wanted a message of at most 4194304 bytes, found one of 4194305')
    },
  },
  {
    name: 'frame: a length alone reserves nothing',
    run: () => {
      const reader = frameReader()
      const before = process.memoryUsage().arrayBuffers
      const readers = Array.from({ length: 1_000 }, () => frameReader())
      for (const one of readers) one.push(hex('00400000 00000001 01 00 ff'))
      assert.ok(E.isRight(reader.push(new Uint8Array(0))))
      assert.ok(process.memoryUsage().arrayBuffers - before < 100_000_000, 'four thousand million bytes were announced')
      assert.equal(readers.length, 1_000)
    },
  },
]
