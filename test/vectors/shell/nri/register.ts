/** The first message of every plugin, byte for byte and in every wrong way. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { readName } from '../../../../shell/nri/register.ts'
import { hex, message, text, toHex } from '../../../support/nri/bytes.ts'
import { rawPlugin } from '../../../support/nri/raw_plugin.ts'
import { registerBytes } from '../../../support/nri/sh_plugin.ts'
import type { Vector } from '../../../support/property.ts'
import { Duplex } from 'node:stream'

const named = (name: string, index: string): Uint8Array => message(text(1, name), text(2, index))

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'register: the message as it is recorded, and as the tests write it',
    run: () => {
      assert.deepEqual(readName(hex('0a0464656d6f12023130')), E.right({ index: '10', name: 'demo' }))
      const written: Array<Uint8Array> = []
      const socket = new Duplex({
        read: () => undefined,
        write: (chunk: Uint8Array, _, done) => (written.push(new Uint8Array(chunk)), done()),
      })
      void rawPlugin(socket).register()
      assert.equal(toHex(written[0] ?? new Uint8Array(0)), toHex(hex(registerBytes)))
    },
  },
  {
    name: 'register: names of letters, digits and _.+-, indices of two digits, and nothing else',
    run: () => {
      for (const name of ['a', 'A-b_c.d+e9']) assert.ok(E.isRight(readName(named(name, '00'))), name)
      for (const name of ['', 'a b', 'a/b', 'a\n', '\u00e4']) assert.ok(E.isLeft(readName(named(name, '00'))), name)
      for (const index of ['', '1', '123', '1a', '-1', '\u0661\u0662', '10\n']) assert.ok(E.isLeft(readName(named('a', index))), index)
      assert.deepEqual(readName(named('a\n\u0000b', '10')), E.left('wanted a name of letters, digits and _.+-, found "a??b"'))
      assert.ok(E.isLeft(readName(hex('0aff'))))
    },
  },
]
