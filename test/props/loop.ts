/**
 * The loop under every order in which the world may answer: fast-check's scheduler decides which write, delete, look or Wait
 * settles next, and when the events come.
 */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { containerKey, type Effect, initial, millis, type ReaperEvent, type ReaperRecord, step, violations } from '../../core/index.ts'
import type { Call } from '../../shell/containerd/client.ts'
import { makeLoop } from '../../shell/loop.ts'
import { mailbox } from '../../shell/mailbox.ts'
import { Process, Status } from '../../shell/proto/gen/containerd/task.ts'
import type { Metric } from '../../shell/proto/gen/containerd/types.ts'
import { memoryStore } from '../../shell/store/memory.ts'
import { fakeContainerd, openCall } from '../support/fake_containerd.ts'
import { relisted } from '../support/loop_world.ts'
import type { Prop } from '../support/property.ts'
import { testEnv } from '../support/shell_env.ts'
import { settle } from '../support/virtual_clock.ts'

const ids = ['a', 'b', 'c']
const pidOf = (id: string): number => 42 + ids.indexOf(id)
const at = millis(1_700_000_000_000)

/** Facts about three containers that run from the beginning: exits once or repeated, with the true pid or none, and OOM kills. */
const fact: fc.Arbitrary<ReaperEvent> = fc.record({
  id: fc.constantFrom(...ids),
  pid: fc.boolean(),
  kind: fc.constantFrom('exit', 'exit', 'oom'),
})
  .map(({ id, pid, kind }) =>
    kind === 'oom' ? { _tag: 'TaskOomed', container: containerKey('ci', id), at } : {
      _tag: 'TaskExited',
      container: containerKey('ci', id),
      processId: id,
      pid: pid ? pidOf(id) : 0,
      code: 137,
      exitedAt: undefined,
      at,
    }
  )

/** A world whose every answer waits for the scheduler. */
const worldUnder = (s: fc.Scheduler) => {
  const kept = memoryStore<ReaperRecord>()
  const appended: Array<ReadonlyArray<ReaperRecord>> = []
  const gone = new Set<string>()
  const destroyed: Array<string> = []
  let inFlight = 0
  const store = {
    ...kept,
    append: (batch: ReadonlyArray<ReaperRecord>) => async () => {
      appended.push(batch)
      inFlight += 1
      await s.schedule(Promise.resolve(), 'append')
      inFlight -= 1
      return kept.append(batch)()
    },
  }
  const answering = <A>(label: string, value: () => A): Call<A> => () => async () => {
    await s.schedule(Promise.resolve(), label)
    return E.right(value())
  }
  const destroying = <A>(label: string, id: string, value: A): Call<A> => () => async () => {
    inFlight += 1
    destroyed.push(label)
    await s.schedule(Promise.resolve(), label)
    gone.add(id)
    inFlight -= 1
    return E.right(value)
  }
  const containerd = fakeContainerd({
    taskWait: () => openCall<never>().call,
    taskGet: (_, id) => answering(`get ${id}`, () => Process.fromPartial({ id, pid: pidOf(id), status: Status.STOPPED, exitStatus: 137 })),
    taskMetrics: (_, id) => answering(`metrics ${id}`, (): Metric | undefined => undefined),
    taskDelete: (_, id) => destroying(`delete ${id}`, id, { id, pid: pidOf(id), exitStatus: 137, exitedAt: undefined }),
  })
  return { store, containerd, appended, destroyed, inFlight: () => inFlight }
}

const oneEventRule = fc.asyncProperty(fc.scheduler(), fc.array(fact, { maxLength: 12 }), async (s, facts) => {
  const world = worldUnder(s)
  const box = mailbox<ReaperEvent>(4)
  const env = testEnv({ containerd: world.containerd, store: world.store, post: box.post })
  const traced: Array<readonly [ReaperEvent, ReadonlyArray<Effect>]> = []
  const loop = makeLoop(env, box, initial('boot'), [], (event, effects) => void traced.push([event, effects]))
  const ran = loop.run()
  box.post(relisted(ids))
  for (const event of facts) void s.schedule(Promise.resolve(), `post ${event._tag}`).then(() => void box.post(event))
  let settledTooSoon = false
  void s.schedule(Promise.resolve(), 'ask whether settled').then(() => loop.settled()).then(() => {
    settledTooSoon = world.inFlight() > 0 || box.size() > 0
  })
  // No event waits for anything but its turn.
  while (s.count() > 0) {
    await s.waitNext(1)
    await settle()
    assert.equal(box.size(), 0, 'an event waited for an effect')
  }
  await loop.settled()
  assert.equal(settledTooSoon, false, 'settled while something was in flight')

  // One at a time, each on the state that the one before it left: the trace is the fold.
  const react = step(env.policy)
  let state = initial('boot')
  for (const [event, effects] of traced) {
    const [next, expected] = react(event, state)
    assert.deepEqual(effects, expected)
    state = next
  }
  assert.deepEqual(state, loop.state())
  assert.deepEqual(violations(env.policy)(state), [])

  // Batches reach the store in the order in which they were asked for.
  const asked = traced.flatMap(([, effects]) => effects.flatMap((effect) => (effect._tag === 'Persist' ? [effect.records] : [])))
  assert.deepEqual(world.appended, asked)

  // Every container that was reported to have exited is deleted once and announced once, the others not at all.
  const exited = [...new Set(facts.flatMap((event) => (event._tag === 'TaskExited' ? [event.processId] : [])))].sort()
  const stopped = env.announced.filter(({ type }) => type === 'CONTAINER_STOPPED')
  assert.deepEqual(stopped.map(({ run }) => run.id).sort(), exited)
  assert.deepEqual([...world.destroyed].sort(), exited.map((id) => `delete ${id}`))
  assert.deepEqual([...env.announced.map(({ seq }) => seq)].sort((a, b) => a - b), env.announced.map((_, n) => n + 1))

  env.end()
  box.close()
  await ran
})

export const props: ReadonlyArray<Prop> = [
  { name: 'loop: one event at a time whatever settles when; every exit deleted and announced once', property: oneEventRule, runs: 100 },
]
