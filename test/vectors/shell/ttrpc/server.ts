/** The answering side: the codes that the protocol wants, and its limits. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { type Handler, makeServer, type TtrpcServer } from '../../../../shell/ttrpc/server.ts'
import { refused } from '../../../../shell/ttrpc/status.ts'
import { bytesOf, hex, intOf, message, parse, text, textOf, toHex, ttrpcFramesOf } from '../../../support/nri/bytes.ts'
import type { Vector } from '../../../support/property.ts'
import { settle } from '../../../support/virtual_clock.ts'

const empty = new Uint8Array(0)
const echo: Handler = (payload) => Promise.resolve(E.right(payload))
const never: Handler = () => new Promise(() => undefined)
const no: Handler = () => Promise.resolve(E.left(refused(9, 'not now')))
const huge: Handler = () => Promise.resolve(E.right(new Uint8Array(4 * 1024 * 1024)))

const world = (): { readonly server: TtrpcServer; readonly sent: Array<Uint8Array> } => {
  const sent: Array<Uint8Array> = []
  return { server: makeServer((bytes) => void sent.push(bytes), { 'a.B': { Echo: echo, Never: never, No: no, Huge: huge } }), sent }
}

const request = (service: string, method: string, payload: Uint8Array = empty): Uint8Array =>
  message(text(1, service), text(2, method), text(3, payload))

/** `stream code text`, or `stream payload`. */
const said = (sent: ReadonlyArray<Uint8Array>): ReadonlyArray<string> =>
  sent.flatMap((bytes) => ttrpcFramesOf(bytes)[0]).map(({ stream, type, data }) => {
    assert.equal(type, 2)
    const fields = parse(data)
    const status = parse(bytesOf(fields, 1))
    return fields.has(1) ? `${stream} ${intOf(status, 1)} ${textOf(status, 2)}` : `${stream} ok ${toHex(bytesOf(fields, 2))}`
  })

const ask = async (frames: ReadonlyArray<readonly [stream: number, data: Uint8Array, type?: number, flags?: number]>) => {
  const { server, sent } = world()
  const outcomes = frames.map(([stream, data, type = 1, flags = 0]) => server.receive({ stream, type, flags, data })._tag)
  await settle()
  return [said(sent), outcomes] as const
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'server: answers what it knows, and says of the rest that it does not know it',
    run: async () => {
      const [answers] = await ask([
        [1, request('a.B', 'Echo', hex('0102'))],
        [3, request('a.B', 'RunPodSandbox')],
        [5, request('a.C', 'Echo')],
        [7, request('constructor', 'toString')],
        [9, request('a.B', 'No')],
        [11, request('a.B', 'Echo')],
      ])
      const sorted = [...answers].sort((a, b) => Number.parseInt(a) - Number.parseInt(b))
      assert.deepEqual(sorted, [
        '1 ok 01 02',
        '3 12 method RunPodSandbox',
        '5 12 service a.C',
        '7 12 service constructor',
        '9 9 not now',
        '11 ok ',
      ])
    },
  },
  {
    name: 'server: stream ids are odd and rise, with gaps',
    run: async () => {
      const [answers] = await ask([
        [2, request('a.B', 'Echo')],
        [5, request('a.B', 'Echo')],
        [5, request('a.B', 'Echo')],
        [3, request('a.B', 'Echo')],
        [99, request('a.B', 'Echo')],
      ])
      assert.deepEqual([...answers].sort(), [
        '2 3 StreamID must be odd for client initiated streams',
        '3 3 StreamID cannot be re-used and must increment',
        '5 3 StreamID cannot be re-used and must increment',
        '5 ok ',
        '99 ok ',
      ])
    },
  },
  {
    name: 'server: what cannot be read, streams and data get their codes; answers and unknown types get none',
    run: async () => {
      const [answers] = await ask([
        [1, hex('0aff')],
        [3, request('a.B', 'Echo'), 1, 2],
        [5, empty, 3],
        [7, empty, 2],
        [9, empty, 77],
      ])
      assert.equal(answers.length, 3)
      assert.match(answers[0] ?? '', /^1 3 cannot read the request/)
      assert.equal(answers[1], '3 12 no streaming calls here')
      assert.equal(answers[2], '5 3 StreamID is no longer active')
    },
  },
  {
    name: 'server: an answer of more than a message may hold is an error, not a dead connection',
    run: async () => assert.deepEqual((await ask([[1, request('a.B', 'Huge')]]))[0], ['1 13 too much to say']),
  },
  {
    name: 'server: too many calls at once, and too many that are none, are a fault',
    run: async () => {
      const [, calls] = await ask(Array.from({ length: 65 }, (_, n) => [2 * n + 1, request('a.B', 'Never')] as const))
      assert.deepEqual(calls.slice(-2), ['Right', 'Left'])
      const [, refusals] = await ask(Array.from({ length: 1_025 }, () => [2, empty] as const))
      assert.deepEqual(refusals.slice(-2), ['Right', 'Left'])
      const [, data] = await ask(Array.from({ length: 1_025 }, () => [1, empty, 3] as const))
      assert.deepEqual(data.slice(-2), ['Right', 'Left'])
    },
  },
]
