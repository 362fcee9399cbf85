/** The calling side: what goes out, which answer is whose, and every way in which none comes. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { makeClient, type TtrpcClient } from '../../../../shell/ttrpc/client.ts'
import { type CallError } from '../../../../shell/ttrpc/status.ts'
import { hex, int, intOf, message, parse, text, textOf, ttrpcFramesOf } from '../../../support/nri/bytes.ts'
import type { Vector } from '../../../support/property.ts'
import { settle, type VirtualClock, virtualClock } from '../../../support/virtual_clock.ts'

interface World {
  readonly client: TtrpcClient
  readonly sent: ReadonlyArray<Uint8Array>
  readonly clock: VirtualClock
  readonly answer: (stream: number, data: Uint8Array, type?: number) => void
}

const world = (): World => {
  const sent: Array<Uint8Array> = []
  const clock = virtualClock()
  const client = makeClient((bytes) => void sent.push(bytes), clock)
  return {
    client,
    sent,
    clock,
    answer: (stream, data, type = 2) => void assert.ok(E.isRight(client.receive({ stream, type, flags: 0, data }))),
  }
}

const empty = new Uint8Array(0)
const errorOf = (outcome: E.Either<CallError, Uint8Array>): CallError | undefined => (E.isLeft(outcome) ? outcome.left : undefined)

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'client: a call goes out with its service, method, payload and time; streams are odd and rise',
    run: () => {
      const { client, sent } = world()
      void client.call('a.B', 'Do', hex('0a01ff'), 2_000)()
      void client.call('a.B', 'Do', empty, 2_000)()
      const frames = sent.flatMap((bytes) => ttrpcFramesOf(bytes)[0])
      assert.deepEqual(frames.map(({ stream, type }) => [stream, type]), [[1, 1], [3, 1]])
      const fields = parse(frames[0]?.data ?? empty)
      assert.deepEqual([textOf(fields, 1), textOf(fields, 2), fields.get(3)?.[0]], ['a.B', 'Do', hex('0a01ff')])
      assert.equal(intOf(fields, 4), 2_000_000_000n)
    },
  },
  {
    name: 'client: answers may come in any order; no status and status 0 are success, the rest is refused',
    run: async () => {
      const { client, answer, clock } = world()
      const first = client.call('a.B', 'Do', empty, 2_000)()
      const second = client.call('a.B', 'Do', empty, 2_000)()
      const third = client.call('a.B', 'Do', empty, 2_000)()
      answer(5, hex('0a18 080c 1214 6d6574686f642052756e506f6453616e64626f78')) // the facts' own example
      answer(3, message(text(1, int(1, 0)), text(2, 'b')))
      answer(1, empty)
      assert.deepEqual(await first, E.right(empty))
      const said = await second
      assert.deepEqual(E.isRight(said) && [...said.right], [98])
      assert.deepEqual(await third, E.left({ _tag: 'Refused', code: 12, message: 'method RunPodSandbox' }))
      assert.equal(clock.sleepers(), 0)
    },
  },
  {
    name: 'client: no answer in time ends the call; the late one, and the second one, are passed over',
    run: async () => {
      const { client, answer, clock } = world()
      const call = client.call('a.B', 'Do', empty, 2_000)()
      await clock.advance(1_999)
      const other = client.call('a.B', 'Do', empty, 2_000)()
      await clock.advance(1)
      assert.deepEqual(await call, E.left({ _tag: 'NoAnswer', ms: 2_000 }))
      answer(1, empty)
      answer(3, empty)
      answer(3, hex('00'))
      assert.deepEqual(await other, E.right(empty))
    },
  },
  {
    name: 'client: answers that nobody waits for are passed over, but not for ever',
    run: () => {
      const { client } = world()
      const outcomes = Array.from({ length: 1_025 }, (_, n) => client.receive({ stream: 2 * n + 1, type: 2, flags: 0, data: empty })._tag)
      assert.deepEqual(outcomes.slice(-2), ['Right', 'Left'])
    },
  },
  {
    name: 'client: what is no answer fails that call alone',
    run: async () => {
      const { client, answer } = world()
      const calls = [1, 2, 3].map(() => client.call('a.B', 'Do', empty, 2_000)())
      answer(1, hex('0aff'))
      answer(3, hex('0102'), 3)
      answer(5, empty)
      const errors = (await Promise.all(calls)).map((outcome) => errorOf(outcome)?._tag)
      assert.deepEqual(errors, ['Unreadable', 'Unreadable', undefined])
    },
  },
  {
    name: 'client: more than a message may hold is not sent',
    run: async () => {
      const { client, sent } = world()
      const outcome = await client.call('a.B', 'Do', new Uint8Array(4 * 1024 * 1024), 2_000)()
      assert.equal(errorOf(outcome)?._tag, 'TooLarge')
      assert.equal(sent.length, 0)
    },
  },
  {
    name: 'client: the end of the connection ends what is open, and what comes later',
    run: async () => {
      const { client, clock } = world()
      const open = client.call('a.B', 'Do', empty, 2_000)()
      client.end('it went away')
      client.end('again')
      assert.deepEqual(await open, E.left({ _tag: 'Closed', reason: 'it went away' }))
      assert.deepEqual(await client.call('a.B', 'Do', empty, 2_000)(), E.left({ _tag: 'Closed', reason: 'it went away' }))
      await settle()
      assert.equal(clock.sleepers(), 0)
    },
  },
]
