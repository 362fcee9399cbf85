/** Messages to and from bytes, without a throw. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { decodeMessage, encodeMessage } from '../../../../shell/ttrpc/codec.ts'
import { Container, UpdateContainersRequest } from '../../../../shell/proto/gen/nri/api.ts'
import { hex } from '../../../support/nri/bytes.ts'
import type { Vector } from '../../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'codec: what a field cannot hold is a line, not a throw',
    run: () => {
      assert.ok(E.isRight(encodeMessage(Container, Container.fromPartial({ id: 'a' }))))
      assert.ok(E.isLeft(encodeMessage(Container, Container.fromPartial({ pid: -1 }))))
      assert.ok(E.isLeft(encodeMessage(Container, Container.fromPartial({ finishedAt: 2n ** 70n }))))
    },
  },
  {
    name: 'codec: bytes that are no message are a line, whatever they are',
    run: () => {
      for (const bytes of ['ff', '0a05', '0bff', '0a8080808080', 'ffffffffffffffffffffff']) {
        assert.ok(E.isLeft(decodeMessage(UpdateContainersRequest, hex(bytes))), bytes)
      }
      // Groups within groups: as deep as the bytes reach.
      const deep = new Uint8Array(200_000).fill(0x1b)
      assert.ok(E.isLeft(decodeMessage(UpdateContainersRequest, deep)))
    },
  },
]
