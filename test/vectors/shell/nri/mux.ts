/** The mux: its bytes, its safe way of sending, and what it does about frames that nobody can mean. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { muxFrames, muxReader } from '../../../../shell/nri/mux.ts'
import { hex, mux, muxFramesOf } from '../../../support/nri/bytes.ts'
import type { Vector } from '../../../support/property.ts'

const sizes = (bytes: number): ReadonlyArray<number> => {
  const [frames, rest] = muxFramesOf(muxFrames(1, new Uint8Array(bytes)))
  assert.equal(rest.length, 0)
  return frames.map(([, payload]) => payload.length)
}

/** The stream and bytes of what was read, or the line of the fault. */
const read = (bytes: Uint8Array): ReadonlyArray<readonly [number, ReadonlyArray<number>]> | string => {
  const pieces = muxReader([1, 2]).push(bytes)
  return E.isLeft(pieces) ? pieces.left.message : pieces.right.map(({ stream, bytes: piece }) => [stream, [...piece]] as const)
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'mux: a message of up to 4096 bytes is one frame, a longer one is its first 4096 bytes and all the rest',
    run: () => {
      assert.deepEqual([10, 110, 4096].map(sizes), [[10], [110], [4096]])
      assert.deepEqual([4097, 9010, 100_010].map(sizes), [[4096, 1], [4096, 4914], [4096, 95_914]])
      assert.deepEqual(sizes(4_194_314), [4096, 4_190_218])
    },
  },
  {
    name: 'mux: the answer to a registration, byte for byte',
    run: () => assert.deepEqual(muxFrames(2, hex('00000000 00000001 02 00')), hex('00000002 0000000a 00000000 00000001 02 00')),
  },
  {
    name: 'mux: bytes are passed on as they come, from frames cut anywhere',
    run: () => {
      const bytes = hex('00000002 00000003 0a0b0c 00000001 00000001 ff')
      assert.deepEqual(read(bytes), [[2, [10, 11, 12]], [1, [255]]])
      const reader = muxReader([1, 2])
      const seen = [...bytes].flatMap((byte) => {
        const pieces = reader.push(Uint8Array.of(byte))
        assert.ok(E.isRight(pieces))
        return pieces.right.flatMap(({ stream, bytes: piece }) => [...piece].map((value) => [stream, value]))
      })
      assert.deepEqual(seen, [[2, 10], [2, 11], [2, 12], [1, 255]])
    },
  },
  {
    name: 'mux: empty frames are nothing',
    run: () => assert.deepEqual(read(hex('00000001 00000000 00000001 00000001 07')), [[1, [7]]]),
  },
  {
    name: 'mux: frames of streams that are not open are dropped, but not for ever',
    run: () => {
      assert.deepEqual(read(hex('00000003 00000002 0102 00000001 00000001 07')), [[1, [7]]])
      const strays = new Uint8Array(1_025 * 9)
      for (let n = 0; n < 1_025; n++) strays.set(mux(7, Uint8Array.of(1)), n * 9)
      assert.deepEqual(read(strays.subarray(0, 1_024 * 9)), [])
      assert.equal(read(strays), 'found more than 1024 frames of streams that are not open')
    },
  },
  {
    name: 'mux: a length that nobody sends is a fault, and after it there is nothing but that fault',
    run: () => {
      const wanted = 'wanted a frame of at most 16777216 bytes, found one of 4294967295'
      const reader = muxReader([1])
      const told = (bytes: Uint8Array): string =>
        E.match(({ message }: { readonly message: string }) => message, () => 'taken')(reader.push(bytes))
      assert.equal(told(hex('00000001 ffffffff')), wanted)
      assert.equal(told(hex('00000001 00000001 07')), wanted)
      assert.equal(told(new Uint8Array(0)), wanted)
    },
  },
]
