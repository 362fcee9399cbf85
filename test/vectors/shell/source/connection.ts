/** Staying connected: subscribe first, list second, again now and then, and anew when the stream is lost. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import type { Containerd } from '../../../../shell/containerd/client.ts'
import { defaultCallLimits } from '../../../../shell/env.ts'
import type { Process } from '../../../../shell/proto/gen/containerd/task.ts'
import type { Shims } from '../../../../shell/shim/shims.ts'
import { stayConnected } from '../../../../shell/source/connection.ts'
import { listenersLeft } from '../../../../shell/task/cancellable.ts'
import { failed, fails, type FakeContainerd, fakeContainerd, openCall, succeeds } from '../../../support/fake_containerd.ts'
import { type FakeStream, fakeStream } from '../../../support/fake_stream.ts'
import type { Vector } from '../../../support/property.ts'
import { type TestEnv, testEnv } from '../../../support/shell_env.ts'
import { settle } from '../../../support/virtual_clock.ts'
import type { Signal } from '../../../../shell/task/cancellable.ts'

const empty: Partial<Containerd> = {
  containerList: () => succeeds([]),
  taskList: () => succeeds([]),
  sandboxList: () => succeeds([]),
}
const lost = failed('Disconnected', 'Events.Subscribe', 'Connection dropped')

interface World {
  readonly env: TestEnv
  readonly stream: FakeStream
  readonly containerd: FakeContainerd
  readonly listed: () => number
  readonly ended: Promise<void>
}

const start = async (
  how: Parameters<typeof fakeStream>[0] = {},
  calls: Partial<Containerd> = {},
  fields: Parameters<typeof testEnv>[0] = {},
): Promise<World> => {
  const stream = fakeStream(how)
  const containerd = fakeContainerd({ ...empty, ...stream.calls, ...calls })
  const env = testEnv({ containerd, ...fields })
  let listed = 0
  const ended = stayConnected(env, () => listed += 1)()
  await settle()
  return { env, stream, containerd, listed: () => listed, ended }
}

const linesOf = ({ log }: TestEnv): ReadonlyArray<string> => log.lines.map(({ level, msg }) => `${level}: ${msg}`)

/** Ends it and looks whether anything is left. */
const end = async ({ env, ended }: World): Promise<void> => {
  env.end()
  await ended
  await settle()
  assert.deepEqual([env.clock.sleepers(), listenersLeft(env.signal)], [0, 0])
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'connection: nothing is listed before the stream is known to be open, and then every namespace in turn',
    run: async () => {
      const world = await start({ echo: (n) => n === 2 }, {}, { namespaces: ['ci', 'edge'] })
      assert.deepEqual([world.containerd.count('containerList'), world.listed()], [0, 0])
      await world.env.clock.advance(200)
      assert.deepEqual(world.env.posted.map((event) => event._tag === 'Relisted' ? event.namespace : event._tag), ['ci', 'edge'])
      assert.equal(world.listed(), 1)
      assert.deepEqual(linesOf(world.env), ['info: connected to containerd'])
      await end(world)
    },
  },
  {
    name: 'connection: it lists again every period, and not in between',
    run: async () => {
      const world = await start()
      await world.env.clock.advance(defaultCallLimits.relistPeriodMs - 1)
      assert.equal(world.listed(), 1)
      await world.env.clock.advance(1)
      assert.equal(world.listed(), 2)
      await world.env.clock.advance(defaultCallLimits.relistPeriodMs * 3)
      assert.equal(world.listed(), 5)
      await end(world)
    },
  },
  {
    name: 'connection: a listing that fails is said and tried again a second later; the other namespaces have theirs',
    run: async () => {
      let failures = 2
      const taskList: Containerd['taskList'] = (namespace) =>
        namespace === 'ci' && failures-- > 0 ? fails(failed('Unavailable')) : succeeds([])
      const world = await start({}, { taskList }, { namespaces: ['ci', 'edge'] })
      const listed = (): ReadonlyArray<string> => world.env.posted.flatMap((event) => (event._tag === 'Relisted' ? [event.namespace] : []))
      assert.deepEqual([world.listed(), listed()], [0, ['edge']])
      await world.env.clock.advance(1_000)
      assert.equal(world.listed(), 0)
      await world.env.clock.advance(1_000)
      assert.deepEqual([world.listed(), listed()], [1, ['edge', 'edge', 'ci', 'edge']])
      assert.deepEqual(linesOf(world.env).slice(1), ['warn: cannot list, will try again', 'warn: cannot list, will try again'])
      await end(world)
    },
  },
  {
    name: 'connection: a stream that is lost is opened again 100 ms later, and everything is listed anew',
    run: async () => {
      for (const error of [undefined, lost]) {
        const world = await start()
        world.stream.end(error)
        await world.env.clock.advance(99)
        assert.deepEqual([world.stream.filters.length, world.listed()], [1, 1])
        await world.env.clock.advance(1)
        assert.deepEqual([world.stream.filters.length, world.listed()], [2, 2])
        assert.deepEqual(linesOf(world.env), [
          'info: connected to containerd',
          'warn: lost containerd, connecting again',
          'info: connected to containerd',
        ])
        assert.notEqual(world.stream.published[0]?.topic, world.stream.published[1]?.topic)
        await end(world)
      }
    },
  },
  {
    name:
      'connection: while containerd is away the waits do not grow, for what its shims say when it is back is said once; only the loss is worth a warning',
    run: async () => {
      const world = await start({ refuse: (n) => n === 1 || n > 8 ? undefined : lost })
      world.stream.end(lost)
      const opened: Array<number> = []
      const began = world.env.clock.monotonic()
      for (let seen = 1; opened.length < 8;) {
        await world.env.clock.advance(50)
        if (world.stream.filters.length > seen) opened.push(world.env.clock.monotonic() - began)
        seen = world.stream.filters.length
      }
      const waits = opened.map((time, index) => time - (opened[index - 1] ?? 0))
      assert.deepEqual(waits, Array(8).fill(100))
      assert.deepEqual(world.env.log.lines.filter(({ level }) => level === 'warn').length, 1)
      assert.equal(world.listed(), 2)
      world.stream.end(lost)
      await world.env.clock.advance(100)
      assert.equal(world.listed(), 3)
      await end(world)
    },
  },
  {
    name: 'connection: shims are asked from the loss of containerd until it is back, once',
    run: async () => {
      const asked: Array<Signal> = []
      let looks = 0
      const shims: Shims = {
        look: async () => {
          looks += 1
        },
        follow: async (_, signal) => {
          asked.push(signal)
        },
      }
      const world = await start({ refuse: (n) => n === 1 || n > 3 ? undefined : lost }, {}, { shims })
      assert.deepEqual([looks, asked.length], [1, 0]) // with each listing they are looked for, so that they are known when it counts
      world.stream.end(lost)
      await world.env.clock.advance(100)
      await world.env.clock.advance(100)
      assert.deepEqual([world.listed(), asked.map(({ aborted }) => aborted)], [1, [false]])
      await world.env.clock.advance(100)
      assert.deepEqual([world.listed(), asked.map(({ aborted }) => aborted)], [2, [true]])
      world.stream.end(lost)
      await settle()
      assert.deepEqual(asked.map(({ aborted }) => aborted), [true, false])
      await end(world)
      assert.deepEqual(asked.map(({ aborted }) => aborted), [true, true])
    },
  },
  {
    name: 'connection: a listing under way is given up with its stream, and is not posted',
    run: async () => {
      const tasks = openCall<ReadonlyArray<Process>>()
      const world = await start({}, { taskList: () => tasks.call })
      world.stream.end(lost)
      await settle()
      assert.deepEqual([tasks.aborts(), world.env.posted], [1, []])
      await world.env.clock.advance(100)
      tasks.answer(E.right([]))
      await settle()
      assert.equal(world.listed(), 1)
      assert.ok(!linesOf(world.env).includes('warn: cannot list, will try again'))
      await end(world)
    },
  },
  {
    name: 'connection: a full mailbox holds the listings up too',
    run: async () => {
      let makeRoom: () => void = () => undefined
      const posted: Array<string> = []
      const world = await start({}, {}, {
        namespaces: ['ci', 'edge'],
        post: (event) => {
          posted.push(event._tag === 'Relisted' ? event.namespace : '')
          return new Promise((resolve) => makeRoom = resolve)
        },
      })
      assert.deepEqual(posted, ['ci'])
      makeRoom()
      await settle()
      assert.deepEqual([posted, world.listed()], [['ci', 'edge'], 0])
      makeRoom()
      await settle()
      assert.equal(world.listed(), 1)
      await end(world)
    },
  },
  {
    name: 'connection: told to stop it ends at once, wherever it is',
    run: async () => {
      await end(await start())
      await end(await start({ echo: () => false }))
      await end(await start({ refuse: () => lost }))
      await end(await start({}, { taskList: () => openCall<never>().call }))
    },
  },
]
