/** The event stream: known to be open before anything else, ours only, and never held up by what cannot be read. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import type { Containerd } from '../../../../shell/containerd/client.ts'
import { cancelled } from '../../../../shell/errors.ts'
import { TaskExit, TaskOOM } from '../../../../shell/proto/gen/containerd/event_types.ts'
import type { Envelope } from '../../../../shell/proto/gen/containerd/types.ts'
import { subscription } from '../../../../shell/source/subscription.ts'
import { listenersLeft } from '../../../../shell/task/cancellable.ts'
import { failed, fails, fakeContainerd } from '../../../support/fake_containerd.ts'
import { fakeStream } from '../../../support/fake_stream.ts'
import { packed } from '../../../support/packed_event.ts'
import type { Vector } from '../../../support/property.ts'
import { type TestEnv, testEnv } from '../../../support/shell_env.ts'
import { settle } from '../../../support/virtual_clock.ts'

const oom = (id: string, namespace = 'ci'): Envelope =>
  packed('/tasks/oom', 'containerd.events.TaskOOM', TaskOOM, { containerId: id }, namespace)
const garbage = (namespace: string): Envelope => ({
  timestamp: undefined,
  namespace,
  topic: '/tasks/exit',
  event: { typeUrl: 'containerd.events.TaskExit', value: Uint8Array.of(0x0a, 0xff) },
})

interface World {
  readonly env: TestEnv
  readonly stream: ReturnType<typeof fakeStream>
  readonly opened: () => number
  readonly ended: Promise<E.Either<unknown, void>>
}

const start = async (how: Parameters<typeof fakeStream>[0] = {}, fields: Parameters<typeof testEnv>[0] = {}): Promise<World> => {
  const stream = fakeStream(how)
  const env = testEnv({ containerd: fakeContainerd(stream.calls), ...fields })
  let opened = 0
  const ended = subscription(() => opened += 1)(env)()
  await settle()
  return { env, stream, opened: () => opened, ended }
}

const idsOf = ({ posted }: TestEnv): ReadonlyArray<string> => posted.flatMap((event) => ('container' in event ? [event.container] : []))

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'subscription: it is open once an event of our own has come back, which is asked for again until it does',
    run: async () => {
      const { env, stream, opened } = await start({ echo: (n) => n >= 3 })
      assert.deepEqual([opened(), stream.published.length], [0, 1])
      await env.clock.advance(199)
      assert.deepEqual([opened(), stream.published.length], [0, 1])
      await env.clock.advance(1)
      assert.deepEqual([opened(), stream.published.length], [0, 2])
      await env.clock.advance(200)
      assert.deepEqual([opened(), stream.published.length], [1, 3])
      await env.clock.advance(60_000)
      assert.deepEqual([opened(), stream.published.length, env.clock.sleepers()], [1, 3, 0])
      env.end()
    },
  },
  {
    name: 'subscription: when our own event is refused that is said once, and tried again; that containerd is away is not',
    run: async () => {
      for (const errorClass of ['PermissionDenied', 'Disconnected'] as const) {
        const stream = fakeStream()
        let publishes = 0
        const publish: Containerd['publish'] = (...args) => {
          publishes += 1
          return publishes < 4 ? fails(failed(errorClass, 'Events.Publish')) : stream.calls.publish(...args)
        }
        const env = testEnv({ containerd: fakeContainerd({ ...stream.calls, publish }) })
        let opened = 0
        void subscription(() => opened += 1)(env)()
        await env.clock.advance(600)
        assert.deepEqual([opened, publishes], [1, 4])
        assert.deepEqual(
          env.log.lines.map(({ level, msg }) => `${level}: ${msg}`),
          errorClass === 'Disconnected' ? [] : ['warn: cannot tell whether the event stream is open, will try again'],
        )
        env.end()
      }
    },
  },
  {
    name: 'subscription: our own event is published where we may, on a topic that is let through, and is no event of the machine',
    run: async () => {
      const { env, stream } = await start({}, { namespaces: ['ci', 'edge'] })
      const [first] = stream.published
      assert.match(first?.topic ?? '', /^\/containerd-reaper\/[0-9a-f-]{36}$/)
      assert.equal(first?.namespace, 'ci')
      assert.ok(stream.filters[0]?.includes(`topic=="${first?.topic ?? ''}"`))
      assert.deepEqual([env.posted, env.log.lines], [[], []])
      env.end()
    },
  },
  {
    name: 'subscription: our own event, coming late and twice, opens once',
    run: async () => {
      const { env, stream, opened } = await start()
      const topic = stream.published[0]?.topic ?? ''
      stream.send({ timestamp: undefined, namespace: 'ci', topic, event: undefined })
      assert.equal(opened(), 1)
      env.end()
    },
  },
  {
    name: 'subscription: every event is posted in the order in which it came, also before the stream is known to be open',
    run: async () => {
      const { env, stream } = await start({ echo: () => false })
      for (const id of ['c', 'a', 'b']) stream.send(oom(id))
      assert.deepEqual(idsOf(env), ['ci/c', 'ci/a', 'ci/b'])
      assert.deepEqual(env.posted.map(({ at }) => at), [env.clock.now(), env.clock.now(), env.clock.now()])
      env.end()
    },
  },
  {
    name: 'subscription: V67: an event of another namespace is dropped before it is decoded, without a word',
    run: async () => {
      const { env, stream } = await start()
      for (const namespace of ['moby', 'k8s.io', '', 'ci2']) {
        stream.send(garbage(namespace))
        stream.send(oom('web', namespace))
      }
      assert.deepEqual([env.posted, env.log.lines], [[], []])
      env.end()
    },
  },
  {
    name: 'subscription: V68, V48: what cannot be used is said once as an error and dropped; the next event is not held up',
    run: async () => {
      const { env, stream } = await start()
      stream.send(garbage('ci'))
      stream.send(packed('/tasks/exit', 'containerd.events.TaskExit', TaskExit, TaskExit.fromPartial({ pid: 1 })))
      stream.send(oom('web'))
      await env.clock.advance(600_000)
      assert.deepEqual(env.log.lines.map(({ level, msg }) => [level, msg.replace(/found .*/, 'found ...')]), [
        ['error', 'Cannot read event /tasks/exit in namespace ci: wanted a containerd.events.TaskExit, found ...'],
        ['error', 'Cannot use event /tasks/exit in namespace ci: wanted an id, found ...'],
      ])
      assert.deepEqual(idsOf(env), ['ci/web'])
      env.end()
    },
  },
  {
    name: 'subscription: V69: an event that nobody needs is dropped without a word',
    run: async () => {
      const { env, stream } = await start()
      stream.send({
        ...garbage('ci'),
        topic: '/tasks/paused',
        event: { typeUrl: 'containerd.events.TaskPaused', value: Uint8Array.of(0xff) },
      })
      assert.deepEqual([env.posted, env.log.lines], [[], []])
      env.end()
    },
  },
  {
    name: 'subscription: a full mailbox asks the stream for patience',
    run: async () => {
      const patience = new Promise<void>(() => undefined)
      const { env, stream } = await start({}, { post: () => patience })
      assert.equal(stream.send(oom('web')), patience)
      assert.equal(stream.send(oom('web', 'moby')), undefined)
      env.end()
    },
  },
  {
    name: 'subscription: it ends as the stream does, and nothing is published after that',
    run: async () => {
      for (const error of [undefined, failed('Disconnected', 'Events.Subscribe')]) {
        const { env, stream, ended } = await start({ echo: () => false })
        stream.end(error)
        assert.deepEqual(await ended, error === undefined ? E.right(undefined) : E.left(error))
        await env.clock.advance(10_000)
        assert.deepEqual([stream.published.length, env.clock.sleepers(), listenersLeft(env.signal)], [1, 0, 0])
      }
    },
  },
  {
    name: 'subscription: told to stop it cancels the stream and leaves nothing behind',
    run: async () => {
      const { env, stream, ended } = await start({ echo: () => false })
      env.end()
      assert.deepEqual(await ended, E.left(cancelled))
      await env.clock.advance(10_000)
      assert.deepEqual([stream.aborted(), stream.published.length, env.clock.sleepers()], [1, 1, 0])
    },
  },
]
